using Ait.Attestation;
using Ait.Attestation.Dcap;

namespace Ait.Miner.Collecting;

/// <summary>Reads a quote that an interface gave, and that it is of the TEE the interface speaks for.</summary>
internal static class QuoteAnswer
{
    public static EvidenceOutcome Read(byte[] quote, EvidencePlatform platform, string source)
    {
        if (!QuoteFields.TryRead(quote, out QuoteFields? fields, out RefusalReason? refusal))
        {
            return Malformed($"The quote of {source} is refused: {refusal}.");
        }

        EvidencePlatform found = fields.Tee == DcapTee.Tdx ? EvidencePlatform.Tdx : EvidencePlatform.Sgx;
        return found == platform
            ? new EvidenceOutcome.Collected(CollectedEvidence.OfQuote(platform, [.. fields.Encoded.Span]))
            : Malformed($"The quote of {source} is of {found}; expected {platform}.");
    }

    /// <summary>Reads a quote of whichever TEE it is of.</summary>
    public static EvidenceOutcome Read(byte[] quote, string source) =>
        Read(quote, QuoteFields.TryRead(quote, out QuoteFields? fields, out _) && fields.Tee == DcapTee.Sgx ? EvidencePlatform.Sgx : EvidencePlatform.Tdx, source);

    private static EvidenceOutcome.Failed Malformed(string problem) => new(
        EvidenceFailure.AnswerMalformed,
        problem,
        "Check the quote generation service of the host: the PCK certificate must be in the quote (certification data type 5).");
}
