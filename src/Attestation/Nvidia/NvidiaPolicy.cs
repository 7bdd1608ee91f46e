using System.Collections.Immutable;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Nvidia;

/// <summary>What a GPU must say to be accepted. Every check is spelled out; each loosening is a named value.</summary>
public sealed record NvidiaPolicy
{
    /// <summary>Nonce of the request.</summary>
    public required NonceRule Nonce { get; init; }

    /// <summary>Accepted modes.</summary>
    public required ImmutableArray<NvidiaMode> AcceptedModes { get; init; }

    /// <summary>Reference manifests.</summary>
    public required ReferenceRule References { get; init; }

    /// <summary>Revocation lists of the root and of the chip's authority.</summary>
    public required RevocationRule Revocation { get; init; }

    /// <summary>Number of GPUs judged together.</summary>
    public required DeviceCountRule DeviceCount { get; init; }

    /// <summary>The default for evidence of unknown purpose: every confidential mode, manifests as given.</summary>
    public static NvidiaPolicy Baseline { get; } = new()
    {
        Nonce = NonceRule.Any,
        AcceptedModes =
            [NvidiaMode.NotStated, NvidiaMode.SinglePassThrough, NvidiaMode.MultiPassThrough, NvidiaMode.ProtectedPcie],
        References = ReferenceRule.CheckWhatIsGiven,
        Revocation = RevocationRule.CheckWhatIsGiven,
        DeviceCount = DeviceCountRule.Any,
    };

    /// <summary>
    /// For a GPU that is to be relied on: this nonce, single pass-through as the GPU itself says, and both manifests,
    /// which leave no room for developer tools.
    /// </summary>
    public static NvidiaPolicy ForDevice(ByteString nonce) => Baseline with
    {
        Nonce = NonceRule.Exactly(nonce),
        AcceptedModes = [NvidiaMode.SinglePassThrough],
        References = ReferenceRule.Required,
    };
}
