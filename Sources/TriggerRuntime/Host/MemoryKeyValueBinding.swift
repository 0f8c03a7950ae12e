public import FunctionKit

/// Data bindings of class `memory`: a `KeyValueStore` in this process's memory, the same for all functions that describe it alike.
public struct MemoryKeyValueBinding: DataBinding {
  /// Creates the binding.
  public init() {}

  /// `memory`.
  public var bindingClass: String { "memory" }

  /// Opens an empty store.
  /// - Throws: `SetupError` where the binding has settings that mean nothing.
  public func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    if let attribute = specification.attributes.keys.filter({ $0 != "name" }).min() {
      throw SetupError("data binding \(name): attributes.\(attribute) means nothing to class memory")
    }
    return MemoryKeyValueStore()
  }
}
