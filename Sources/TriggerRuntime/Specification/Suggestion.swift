/// Finds what somebody meant who misspelt a name.
enum Suggestion {
  /// The known name nearest to a misspelt one.
  /// - Parameters:
  ///   - name: what was written.
  ///   - known: what could have been meant.
  /// - Returns: the nearest, or nil where none is near.
  static func nearest(to name: String, in known: some Sequence<String>) -> String? {
    let lowered = name.lowercased()
    var best: (name: String, distance: Int)?
    for candidate in known.sorted() {
      let distance = editDistance(lowered, candidate.lowercased())
      if distance <= max(1, candidate.count / 3), distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// A sentence for an unknown name: what was probably meant, or all that is known.
  static func sentence(for name: String, in known: some Collection<String>) -> String {
    if let nearest = nearest(to: name, in: known) { return "did you mean \(nearest)?" }
    return "expected one of \(known.sorted().joined(separator: ", "))"
  }

  /// How many letters must be changed, added, left out or swapped with their neighbour (optimal string alignment).
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars)
    let right = Array(right.unicodeScalars)
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in 0..<left.count {
      var current = [i + 1]
      for j in 0..<right.count {
        var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
