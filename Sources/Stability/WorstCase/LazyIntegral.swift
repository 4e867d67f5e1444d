import Synchronization

/// A running integral that is computed when first asked for, once.
final class LazyIntegral: Sendable {
  private let make: @Sendable () -> RunningIntegral
  private let computed = Mutex<RunningIntegral?>(nil)

  init(_ make: @escaping @Sendable () -> RunningIntegral) { self.make = make }

  var value: RunningIntegral {
    computed.withLock { stored in
      if let stored { return stored }
      let integral = make()
      stored = integral
      return integral
    }
  }
}
