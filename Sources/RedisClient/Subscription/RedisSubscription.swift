/// A message that somebody published.
package struct RedisMessage: Sendable, Hashable {
  /// The channel it was published on.
  package let channel: String
  /// What was published.
  package let payload: [UInt8]

  /// Makes a message.
  package init(channel: String, payload: [UInt8]) {
    self.channel = channel
    self.payload = payload
  }
}

/// Messages of the channels subscribed to, from the moment ``RedisClient/subscribe(to:bufferLimit:)`` returned.
///
/// Redis keeps no message for who is not there. So a subscription does not hide a lost connection: it ends with
/// ``RedisError/Code/connectionLost``, and the reader subscribes again and reads what it missed from where it is kept.
/// One that is read too slowly ends with ``RedisError/Code/overloaded``. It ends without error when the client closes;
/// dropping the subscription or cancelling the reading task closes its connection.
package struct RedisSubscription: AsyncSequence, Sendable {
  /// A message.
  package typealias Element = RedisMessage

  let stream: AsyncThrowingStream<RedisMessage, any Error>

  /// Reads the messages in the order they came.
  package func makeAsyncIterator() -> AsyncThrowingStream<RedisMessage, any Error>.Iterator {
    stream.makeAsyncIterator()
  }
}
