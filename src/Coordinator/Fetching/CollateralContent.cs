namespace Ait.Coordinator.Fetching;

/// <summary>What a vendor's service answered, not yet looked into.</summary>
/// <param name="Body">The answer: DER, PEM, XML, or Intel's whole JSON answer as it was sent.</param>
/// <param name="Companion">What it is checked with: the issuer chain Intel sends in a header, AMD's chain, NVIDIA's certificate path; PEM.</param>
internal sealed record CollateralContent(ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Companion)
{
    internal const int MaxBody = 1024 * 1024;
    internal const int MaxCompanion = 64 * 1024;
}
