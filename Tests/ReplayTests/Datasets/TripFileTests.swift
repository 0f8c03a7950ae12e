import HexGrid
import Replay
import Testing

struct TripFileTests {
  private static func parse(_ text: String) throws -> TripFile {
    try TripFile.parse(file: "trips.csv", bytes: Array(text.utf8))
  }

  /// The headers of the New York files from 2009 to 2016, as they were published.
  @Test(arguments: [
    "vendor_name,Trip_Pickup_DateTime,Trip_Dropoff_DateTime,Passenger_Count,Trip_Distance,Start_Lon,Start_Lat,Rate_Code,store_and_forward,End_Lon,End_Lat",
    "vendor_id,pickup_datetime,dropoff_datetime,passenger_count,trip_distance,pickup_longitude,pickup_latitude,rate_code,store_and_fwd_flag,dropoff_longitude,dropoff_latitude",
    "vendor_id, pickup_datetime, dropoff_datetime, passenger_count, trip_distance, pickup_longitude, pickup_latitude, rate_code, store_and_fwd_flag, dropoff_longitude, dropoff_latitude",
    "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,pickup_longitude,pickup_latitude,RateCodeID,store_and_fwd_flag,dropoff_longitude,dropoff_latitude",
    "VendorID,lpep_pickup_datetime,Lpep_dropoff_datetime,Passenger_count,Trip_distance,Pickup_longitude,Pickup_latitude,RateCodeID,Store_and_fwd_flag,Dropoff_longitude,Dropoff_latitude",
  ])
  func readsEveryYearsHeader(header: String) throws {
    let file = try Self.parse(
      header + "\r\n\r\nCMT,2009-07-01 08:00:00,2009-07-01 08:10:00,1,2.0,-73.99,40.71,1,N,-73.95,40.78\r\n")
    let trip = try #require(file.trips.first)
    // Daylight saving time: 08:00 is 12:00 UTC.
    #expect(trip.pickupMilliseconds == 1_246_449_600_000)
    #expect(trip.durationMilliseconds == 600_000)
    #expect(trip.pickup.latitude == 40.71 && trip.pickup.longitude == -73.99)
    #expect(trip.dropoff.latitude == 40.78 && trip.dropoff.longitude == -73.95)
  }

  @Test func readsMedallionFiles() throws {
    let file = try Self.parse(
      """
      medallion, hack_license, vendor_id, rate_code, store_and_fwd_flag, pickup_datetime, dropoff_datetime, passenger_count, trip_time_in_secs, trip_distance, pickup_longitude, pickup_latitude, dropoff_longitude, dropoff_latitude
      89D2,BA96,CMT,1,N,2013-01-01 15:11:48,2013-01-01 15:18:10,4,382,1.00,-73.978165,40.757977,-73.989838,40.751171
      """)
    #expect(file.trips.first?.pickupMilliseconds == 1_357_071_108_000)
  }

  @Test func sortsByTimeAndCountsWhatItLeavesOut() throws {
    let file = try Self.parse(
      """
      trip_id,cab,pickup_t,dropoff_t,pickup_local,pu_lat,pu_lon,do_lat,do_lon,dur_s,crow_m,path_m,pings,max_gap_s,clean
      1,a,1212735900,1212736004,2008-06-06 00:05:00,37.8,-122.4,37.7,-122.3,104,1,1,2,3,1
      2,a,1212735767,1212735768,2008-06-06 00:02:47,37.8,-122.4,37.7,-122.3,1,1,1,2,3,0
      3,a,1212735767,1212736004,2008-06-06 00:02:47,37.8,-122.4,37.7,-122.3,237,1,1,2,3,1
      4,a,soon,1212736004,2008-06-06 00:02:47,37.8,-122.4,37.7,-122.3,237,1,1,2,3,1
      5,a,1212735767,1212736004,2008-06-06 00:02:47,137.8,-122.4,37.7,-122.3,237,1,1,2,3,1
      6,a,1212735767
      """)
    #expect(file.trips.map(\.pickupMilliseconds) == [1_212_735_767_000, 1_212_735_900_000])
    #expect(file.rows.read == 6)
    #expect(file.rows.taken == 2)
    #expect(file.rows.unclean == 1)
    #expect(file.rows.bad == 3)
    #expect(
      file.rows.firstBad?.description
        == "trips.csv, line 5, column pickup_t: \"soon\" found, a time in seconds since 1970 was expected")
    #expect(file.zone == .fixed(-25_200))
  }

  @Test func namesWhatIsMissing() {
    #expect {
      try Self.parse("lpep_pickup_datetime,PULocationID,DOLocationID\n2024-01-01 00:00:00,1,2\n")
    } throws: { error in
      let text = "\(error)"
      return text.contains("line 1") && text.contains("pickup's latitude") && text.contains("zone ids")
    }
    #expect(throws: DatasetError.self) { try Self.parse("") }
    #expect(throws: DatasetError.self) { try Self.parse("pickup_t,pu_lat,pu_lon,do_lat,do_lon\n") }
    #expect { try TripFile.read(path: "/nowhere/trips.csv") } throws: { "\($0)".contains("No such file") }
  }

  @Test func refusesUnknownPositions() throws {
    let file = try Self.parse(
      """
      pickup_time,passengers,pu_lat,pu_lon,do_lat,do_lon
      2013-11-18 16:00:00,2,0,0,40.7,-74.0
      2013-11-18 16:00:00,2,nan,-73.9,40.7,-74.0
      2013-11-18 16:00:00,2,1e400,-73.9,40.7,-74.0
      2013-02-30 16:00:00,2,40.7,-73.9,40.7,-74.0
      2013-11-18 16:00:00,2,40.7,-73.9,40.7,-74.0
      """)
    #expect(file.rows.bad == 4)
    #expect(file.trips.first?.durationMilliseconds == nil)
  }
}
