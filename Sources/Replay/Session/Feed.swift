import NIOCore

/// One event stream of a driver or a rider, kept open over reconnects.
final class Feed {
  enum Subject: Hashable {
    case driver(Int)
    case request(Int)
  }

  let subject: Subject
  let path: String
  let key: Int
  var parser = ServerSentEventParser()
  var lastEventID: String?
  /// When the present stream was opened.
  var opened = NIODeadline.uptimeNanoseconds(0)
  /// When the last event came.
  var heard = NIODeadline.uptimeNanoseconds(0)
  /// Whether the present stream has brought its first bytes.
  var isLive = false
  /// Whether this side closed the stream in order to open it anew.
  var isReopening = false
  /// Whether nothing more is expected.
  var isDone = false
  /// Whether it has failed and not been heard since.
  var isFailing = false

  init(subject: Subject, path: String, key: Int) {
    self.subject = subject
    self.path = path
    self.key = key
  }
}
