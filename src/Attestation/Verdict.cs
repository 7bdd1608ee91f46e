using System.Collections.Immutable;

namespace Ait.Attestation;

/// <summary>What a verifier answers: either <see cref="Genuine"/> or <see cref="Refused"/>, nothing else.</summary>
public abstract class Verdict
{
    private Verdict()
    {
    }

    /// <summary>Everything cryptographic is valid and the policy accepts every fact.</summary>
    public sealed class Genuine : Verdict
    {
        internal Genuine(EvidenceFacts facts) => Facts = facts;

        /// <summary>What the hardware said; the verifier that was asked tells the type.</summary>
        public EvidenceFacts Facts { get; }
    }

    /// <summary>At least one check failed.</summary>
    public sealed class Refused : Verdict
    {
        internal Refused(ImmutableArray<RefusalReason> reasons) => Reasons = reasons;

        /// <summary>The first cryptographic failure alone, or every policy failure in the order of the checks. Never empty.</summary>
        public ImmutableArray<RefusalReason> Reasons { get; }

        /// <summary>The first reason.</summary>
        public RefusalReason Reason => Reasons[0];
    }
}
