namespace Ait.Miner.Collecting;

/// <summary>The ioctl of <c>/dev/sev-guest</c>: a process boundary.</summary>
internal interface ISevGuestDevice
{
    public bool Exists { get; }

    /// <summary>0, or the errno.</summary>
    /// <exception cref="IOException">The device cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not open it.</exception>
    public int Request(uint code, ref SevGuestLayout.GuestRequest request);
}
