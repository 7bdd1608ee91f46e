namespace Ait.Coordinator.Tests.Support;

/// <summary>Emulated vendors whose evidence counts today, for tests against a coordinator that runs on the machine's clock.</summary>
public sealed class PresentVendors : IDisposable
{
    internal EmulatedVendors Vendors { get; } = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => Vendors.Dispose();
}
