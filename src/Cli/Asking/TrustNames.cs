using Ait.Chain;
using Ait.Protocol.Http;

namespace Ait.Cli.Asking;

/// <summary>Says trust profiles as people read them.</summary>
internal static class TrustNames
{
    /// <summary>A profile by the registry's number.</summary>
    internal static string OfRegistry(byte profile) => profile switch
    {
        1 => "attested GPU",
        2 => "measured host",
        3 => "SGX-keyed host",
        _ => $"profile {profile}",
    };

    /// <summary>What the coordinator verified of the key that is registered.</summary>
    internal static string OfCoordinator(DeviceResponse? device, Address enclaveKey) =>
        device?.Verdict is { } verdict && device.EnclaveKey == enclaveKey ? $"{OfCoordinator(verdict.Profile)} ({OfPlatform(verdict.Platform)})" : "not verified";

    private static string OfCoordinator(string profile) => profile switch
    {
        "AttestedGpu" => OfRegistry(1),
        "MeasuredHost" => OfRegistry(2),
        "SgxKeyedHost" => OfRegistry(3),
        _ => profile,
    };

    private static string OfPlatform(string platform) => platform switch
    {
        "SevSnp" => "SEV-SNP",
        "Tdx" => "TDX",
        "Sgx" => "SGX",
        _ => platform,
    };
}
