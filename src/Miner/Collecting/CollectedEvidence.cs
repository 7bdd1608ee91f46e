using System.Collections.Immutable;

namespace Ait.Miner.Collecting;

/// <summary>
/// Bytes as the hardware gave them, not yet looked into: an SNP report with the certificates VCEK, ASK and ARK (DER, empty where the
/// host provides none), or an Intel quote, which carries its own.
/// </summary>
internal sealed record CollectedEvidence(EvidencePlatform Platform, ImmutableArray<byte> Report, ImmutableArray<byte> Vcek, ImmutableArray<byte> Ask, ImmutableArray<byte> Ark)
{
    public static CollectedEvidence OfQuote(EvidencePlatform platform, ImmutableArray<byte> quote) => new(platform, quote, [], [], []);

    public bool HasCertificates => !Vcek.IsEmpty && !Ask.IsEmpty && !Ark.IsEmpty;
}
