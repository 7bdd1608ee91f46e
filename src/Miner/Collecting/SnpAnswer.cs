using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Miner.Collecting;

/// <summary>Puts a report and the host's certificate table together; certificates may be missing, but not malformed or mixed.</summary>
internal static class SnpAnswer
{
    public static EvidenceOutcome Read(ReadOnlySpan<byte> report, ReadOnlySpan<byte> table, string source)
    {
        if (!SnpReportEnvelope.TryOpen(report, out SnpReport? opened, out RefusalReason? refusal))
        {
            return Malformed($"The report of {source} is refused: {refusal}.");
        }

        if (!SnpCertificateTable.TryRead(table, out SnpCertificateTable? certificates, out string? problem))
        {
            return Malformed($"The certificate table that the host gives with {source} is refused: {problem}.");
        }

        // Hosts provide DER or PEM; what is passed on is DER, in its role.
        if (!TryDer(certificates.Vek, out ImmutableArray<byte> vek) || !TryDer(certificates.Ask, out ImmutableArray<byte> ask) || !TryDer(certificates.Ark, out ImmutableArray<byte> ark))
        {
            return Malformed($"A certificate that the host gives with {source} is neither DER nor PEM.");
        }

        return new EvidenceOutcome.Collected(new CollectedEvidence(EvidencePlatform.SevSnp, [.. opened.Encoded.Span], vek, ask, ark));
    }

    private static bool TryDer(ReadOnlyMemory<byte> file, out ImmutableArray<byte> der)
    {
        der = [];
        if (file.IsEmpty)
        {
            return true;
        }

        if (!NvidiaEvidence.TryReadCertificates(file, out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _) || certificates.Length == 0)
        {
            return false;
        }

        der = [.. certificates[0].Span];
        return true;
    }

    private static EvidenceOutcome.Failed Malformed(string problem) => new(
        EvidenceFailure.AnswerMalformed,
        problem,
        "Update the host's hypervisor and firmware, or have its operator provide the certificates that AMD issued.");
}
