using System.Collections.Immutable;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Dcap;

/// <summary>Compares the facts of a genuine quote with a policy and gathers every failure.</summary>
internal static class DcapAppraisal
{
    private const ulong DebugAttribute = 1;
    private const ulong ReservedDebugAttributes = 0xFE;
    private const ulong SeptVeDisable = 1ul << 28;

    internal static void Appraise(DcapFacts facts, DcapQuote quote, DcapPolicy policy, ImmutableArray<RefusalReason>.Builder failures)
    {
        void Add(RefusalReason? reason)
        {
            if (reason is not null)
            {
                failures.Add(reason);
            }
        }

        bool tdx = quote.TrustDomain is not null;
        ulong attributes = quote.TrustDomain?.TdAttributes ?? 0;
        bool debug = tdx ? (attributes & DebugAttribute) != 0 : quote.Enclave!.Debug; // a quote has one of the two
        Add(debug && policy.Debug == DebugRule.Refused
            ? new RefusalReason(Refusal.DebugEnabled, tdx ? "TDATTRIBUTES.DEBUG" : "ATTRIBUTES.DEBUG", "0", "1")
            : null);
        Add((attributes & ReservedDebugAttributes) != 0
            ? new RefusalReason(Refusal.DebugEnabled, "TDATTRIBUTES bits 7:1", "0", $"0x{attributes & ReservedDebugAttributes:x}")
            : null);
        Add(policy.AcceptedStatuses.Contains(facts.Status)
            ? null
            : new RefusalReason(Refusal.TcbStatus, "TCB status", string.Join(" or ", policy.AcceptedStatuses), $"{facts.Status}"));
        Add(facts.EvaluationNumber >= policy.MinimumEvaluationNumber
            ? null
            : new RefusalReason(Refusal.CollateralRolledBack, "tcbEvaluationDataNumber", $"at least {policy.MinimumEvaluationNumber}", $"{facts.EvaluationNumber}"));
        Add(policy.Measurement.Check(facts.Measurement, tdx ? "MRTD" : "MRENCLAVE"));
        Add(policy.ReportData.Check(facts.ReportData));
        ByteString service = quote.TrustDomain?.MrServiceTd ?? default;
        Add(service.IsZero || policy.ServiceDomain == ServiceDomainRule.DangerouslyAny
            ? null
            : new RefusalReason(Refusal.ServiceDomain, "MRSERVICETD", "zero", $"{service}"));
        Add(!tdx || (attributes & SeptVeDisable) != 0 || policy.SeptVeDisable == SeptVeDisableRule.DangerouslyAny
            ? null
            : new RefusalReason(Refusal.VirtualizationExceptions, "TDATTRIBUTES.SEPT_VE_DISABLE", "1", "0"));
    }
}
