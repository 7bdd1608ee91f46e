namespace Ait.Miner.Evidencing;

/// <summary>The border to the coordinator, as far as a device's evidence goes: it verifies the whole device before it gives it seats.</summary>
internal interface IEnrolmentDesk
{
    /// <summary>Brings evidence; null if the coordinator found it good.</summary>
    public Task<ContractRefusal?> EnrolAsync(DeviceIdentity device, BoundEvidence evidence, CancellationToken cancellation);
}
