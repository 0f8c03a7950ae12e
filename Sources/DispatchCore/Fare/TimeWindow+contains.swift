extension TimeWindow {
  /// Whether a local moment lies in the window; holidays are judged by the day on which the window began.
  package func contains(_ moment: LocalMoment, holidays: [HolidayRule]) -> Bool {
    if fromSecond < toSecond {
      return moment.secondOfDay >= fromSecond && moment.secondOfDay < toSecond && begins(on: moment.day, holidays)
    }
    if moment.secondOfDay >= fromSecond { return begins(on: moment.day, holidays) }
    return moment.secondOfDay < toSecond && begins(on: CalendarDay(number: moment.day.number - 1), holidays)
  }

  private func begins(on day: CalendarDay, _ holidays: [HolidayRule]) -> Bool {
    days[day.weekday] && !(exceptHolidays && holidays.contains { $0.contains(day) })
  }
}
