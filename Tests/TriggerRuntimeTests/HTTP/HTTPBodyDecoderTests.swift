import Testing

@testable import TriggerRuntime

struct HTTPBodyDecoderTests {
  /// Decodes a text in pieces of a size.
  private func decode(
    _ text: String, contentLength: Int? = nil, max: Int = 1_000, piece: Int
  ) throws(HTTPParseError) -> (body: String, rest: String, isDone: Bool) {
    var decoder = HTTPBodyDecoder(contentLength: contentLength, maxBodyBytes: max)
    var bytes = Array(text.utf8)[...]
    var body: [UInt8] = []
    while !bytes.isEmpty, !decoder.isDone {
      let part = bytes.prefix(piece)
      let result = part.withUnsafeBytes { raw -> Result<Int, HTTPParseError> in
        do throws(HTTPParseError) { return .success(try decoder.decode(raw) { body += $0 }) } catch {
          return .failure(error)
        }
      }
      let taken = try result.get()
      bytes = bytes.dropFirst(taken)
    }
    return (String(decoding: body, as: UTF8.self), String(decoding: bytes, as: UTF8.self), decoder.isDone)
  }

  @Test(arguments: [1, 2, 3, 5, 100])
  func decodesChunks(piece: Int) throws {
    let text = "4\r\nWiki\r\n6;name=\"value\"\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nX-Trailer: a\r\n\r\nGET"
    let decoded = try decode(text, piece: piece)
    #expect(decoded.body == "Wikipedia in \r\n\r\nchunks.")
    #expect(decoded.isDone)
    #expect("GET".hasSuffix(decoded.rest) || decoded.rest == "GET")
  }

  @Test(arguments: [1, 3, 100])
  func decodesAKnownLength(piece: Int) throws {
    let decoded = try decode("hello world", contentLength: 5, piece: piece)
    #expect(decoded.body == "hello")
    #expect(decoded.rest == " world")
  }

  @Test func knowsWhenMoreMustCome() throws {
    #expect(try !decode("4\r\nWi", piece: 100).isDone)
    #expect(try !decode("4\r\nWiki\r\n0\r\n", piece: 100).isDone)
    #expect(try !decode("abc", contentLength: 5, piece: 100).isDone)
  }

  @Test(arguments: [
    "x\r\n", "\r\n", ";a\r\n", "4\nWiki", "4\r\nWikiX", "4\r\nWiki\rX", "-4\r\n", "4 \r\nWiki\r\n",
    "4;\u{1}\r\n", "0\r\nA: b\nc\r\n", "0\r\n\u{0}",
  ])
  func refusesWhatIsMalformed(text: String) {
    do throws(HTTPParseError) {
      _ = try decode(text, piece: 100)
      Issue.record("taken: \(text.debugDescription)")
    } catch {
      #expect(error.status == 400)
    }
  }

  @Test(arguments: ["3E9\r\n", "FFFFFFFFFFFFFFFF\r\n", "1F4\r\n" + String(repeating: "a", count: 500) + "\r\n1F5\r\n"])
  func refusesTooMuch(text: String) {
    do throws(HTTPParseError) {
      _ = try decode(text, piece: 100)
      Issue.record("taken")
    } catch {
      #expect(error == .bodyTooLarge)
    }
  }

  @Test func refusesLongTrailersAndExtensions() {
    do throws(HTTPParseError) {
      _ = try decode("0\r\n" + String(repeating: "A: b\r\n", count: 2_000), piece: 100)
      Issue.record("taken")
    } catch {
      #expect(error == .headersTooLarge)
    }
    do throws(HTTPParseError) {
      _ = try decode("1;" + String(repeating: "a", count: 300), piece: 100)
      Issue.record("taken")
    } catch {
      #expect(error.status == 400)
    }
  }
}
