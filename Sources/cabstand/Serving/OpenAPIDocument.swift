/// The OpenAPI document, as carried in the program.
enum OpenAPIDocument {
  /// The JSON text.
  static var bytes: [UInt8] { PackageResources.openapi_json }
}
