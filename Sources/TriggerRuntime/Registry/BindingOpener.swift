package import FunctionKit

/// Opens data bindings, each distinct one once.
package struct BindingOpener {
  private struct Key: Hashable {
    var bindingClass: String
    var url: String?
    var attributes: [String: String]
  }

  private var providers: [String: any DataBinding] = [:]
  private var opened: [Key: any Sendable] = [:]

  /// Creates an opener.
  /// - Parameter providers: one per class.
  /// - Throws: `SetupError` where two have the same class.
  package init(_ providers: [any DataBinding]) throws {
    for provider in providers {
      guard self.providers.updateValue(provider, forKey: provider.bindingClass) == nil else {
        throw SetupError("two providers open data bindings of class \(provider.bindingClass)")
      }
    }
  }

  /// The instances behind a function's bindings, by their names.
  package mutating func open(_ specification: FunctionSpecification) async throws -> [String: any Sendable] {
    var instances: [String: any Sendable] = [:]
    for (name, binding) in specification.dataBindings.sorted(by: { $0.key < $1.key }) {
      let key = Key(bindingClass: binding.bindingClass, url: binding.url, attributes: binding.attributes)
      if let instance = opened[key] {
        instances[name] = instance
        continue
      }
      guard let provider = providers[binding.bindingClass] else {
        throw SetupError(
          "data binding \(name) of function \(specification.name) has the unknown class \(binding.bindingClass); "
            + Suggestion.sentence(for: binding.bindingClass, in: providers.keys))
      }
      let instance = try await provider.open(name: name, binding)
      opened[key] = instance
      instances[name] = instance
    }
    return instances
  }
}
