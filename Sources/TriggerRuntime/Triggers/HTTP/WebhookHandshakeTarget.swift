import FunctionKit

/// Answers a webhook sender who asks, by OPTIONS, whether it may send.
///
/// Permission is given or refused at once, so `WebHook-Request-Callback` is never called: a URL that anybody may name is no place for
/// this server to send requests to.
struct WebhookHandshakeTarget: HTTPRouteTarget {
  let policy: WebhookPolicy

  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response {
    let info = try exchange.requestInfo()
    let allow = (name: "allow", value: "OPTIONS, POST")
    guard let origin = info.header("webhook-request-origin") else {
      return Response(status: 204, headers: [allow])
    }
    guard !origin.isEmpty, policy.allows(origin) else {
      throw FunctionError(
        .forbidden, code: "originNotAllowed", "this origin may not send events here", field: "webhook-request-origin")
    }
    var headers = [allow, ("webhook-allowed-origin", origin)]
    if let text = info.header("webhook-request-rate") {
      guard let rate = Int(text), rate > 0 else {
        throw FunctionError(
          .badInput, code: "malformedRate", "the rate must be a whole number above zero",
          field: "webhook-request-rate")
      }
      headers.append(("webhook-allowed-rate", String(min(rate, policy.allowedRate ?? rate))))
    } else {
      headers.append(("webhook-allowed-rate", policy.allowedRate.map { String($0) } ?? "*"))
    }
    return Response(status: 200, headers: headers)
  }
}
