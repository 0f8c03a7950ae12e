/// A kind of store that data bindings can name by their `class`.
///
/// The instance that it opens implements the ports that functions ask for; one instance is shared by all functions that name the
/// same class and URL.
public protocol DataBinding: Sendable {
  /// The class under which function.yaml names this kind.
  var bindingClass: String { get }

  /// Opens what a binding describes.
  /// - Parameters:
  ///   - name: the binding's name in function.yaml.
  ///   - specification: class, URL and attributes.
  /// - Returns: an object that implements the ports of this class.
  /// - Throws: `SetupError` where it cannot be opened as described.
  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable
}
