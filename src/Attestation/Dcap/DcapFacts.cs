using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.Dcap;

/// <summary>What a genuine quote says. Only <see cref="DcapVerifier"/> makes one. <c>ChipId</c> is the PPID.</summary>
public sealed class DcapFacts : EvidenceFacts
{
    internal DcapFacts()
    {
    }

    /// <inheritdoc/>
    public override string Platform => "intel-dcap";

    /// <inheritdoc/>
    public override string Summary => string.Create(CultureInfo.InvariantCulture, $"{Tee} quote v{QuoteVersion}, FMSPC {Fmspc}, TCB {Status}");

    /// <summary>Enclave or trust domain.</summary>
    public required DcapTee Tee { get; init; }

    /// <summary>Quote format version.</summary>
    public required int QuoteVersion { get; init; }

    /// <summary>Processor family, as Intel groups them for patches.</summary>
    public required ByteString Fmspc { get; init; }

    /// <summary>Patch level of platform, quoting enclave and module together.</summary>
    public required DcapTcbStatus Status { get; init; }

    /// <summary>Intel's advisories that concern this level.</summary>
    public required ImmutableArray<string> Advisories { get; init; }

    /// <summary>tcbEvaluationDataNumber of the collateral.</summary>
    public required int EvaluationNumber { get; init; }

    /// <summary>MRSIGNER of an enclave; empty for a trust domain.</summary>
    public required ByteString MrSigner { get; init; }

    /// <summary>
    /// Everything that names the program: MRTD to RTMR3 of a trust domain (384 bytes), MRENCLAVE to ISVFAMILYID of an enclave (256).
    /// </summary>
    public required ByteString Program { get; init; }

    /// <summary>RTMR0 to RTMR3 of a trust domain; empty for an enclave.</summary>
    public required ImmutableArray<ByteString> RuntimeMeasurements { get; init; }
}
