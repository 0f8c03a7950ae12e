extension AssignmentSearch {
  /// What a row would pay at its two best options, being left out among them.
  private struct Options {
    var best: Distance
    var bestColumn: Int32 = -1
    var second = Distance.max
    var secondColumn: Int32 = -1
  }

  /// Lets every waiting row take its best column and raise what others must pay for it up to the row's second best
  /// option: the augmenting row reduction of Jonker and Volgenant.
  ///
  /// - Returns: how many rows wait afterwards; they stand at the front of `frame.waiting` in the order they lost.
  static func bid(_ frame: Frame, _ waitingCount: Int, _ budget: inout Int) -> Int {
    var kept = 0
    for index in 0..<waitingCount {
      var row = frame.waiting[index]
      while true {
        if budget <= 0 {
          frame.waiting[kept] = row
          kept &+= 1
          break
        }
        budget &-= 1
        let options = options(frame, of: Int(row))
        if options.bestColumn < 0 {
          frame.rows[Int(row)].price = options.best
          // Left out for good, since columns only become dearer; a mandatory row has the search decide.
          if options.best == frame.mandatoryCost {
            frame.waiting[kept] = row
            kept &+= 1
          }
          break
        }
        var column = Int(options.bestColumn)
        let isTie = options.best == options.second
        if isTie, options.secondColumn >= 0, frame.columns[column].row >= 0,
          frame.columns[Int(options.secondColumn)].row < 0
        {
          column = Int(options.secondColumn)
        }
        let evicted = frame.columns[column].row
        frame.rows[Int(row)].price = options.second
        frame.rows[Int(row)].column = Int32(truncatingIfNeeded: column)
        frame.columns[column].price &-= options.second &- options.best
        frame.columns[column].row = row
        if evicted < 0 { break }
        frame.rows[Int(evicted)].column = -1
        if isTie {
          // Prices stood still: another bid now could go on for ever.
          frame.waiting[kept] = evicted
          kept &+= 1
          break
        }
        row = evicted
      }
    }
    return kept
  }

  @inline(__always)
  private static func options(_ frame: Frame, of row: Int) -> Options {
    var found = Options(best: frame.rows[row].outside)
    for edge in frame.edges(of: row) {
      let column = frame.problem.edgeColumn[edge]
      let reduced = Distance(truncatingIfNeeded: frame.problem.edgeCost[edge]) &- frame.columns[Int(column)].price
      if reduced >= found.second { continue }
      if reduced < found.best {
        found.second = found.best
        found.secondColumn = found.bestColumn
        found.best = reduced
        found.bestColumn = column
      } else {
        found.second = reduced
        found.secondColumn = column
      }
    }
    return found
  }
}
