using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Devices;

/// <summary>Evidence of the processor, of one vendor or the other.</summary>
public abstract class HostEvidence
{
    private HostEvidence()
    {
    }

    /// <summary>AMD SEV-SNP.</summary>
    public sealed class Amd(SnpEvidence evidence) : HostEvidence
    {
        /// <summary>Report and certificates.</summary>
        public SnpEvidence Evidence { get; } = evidence;
    }

    /// <summary>Intel TDX or SGX.</summary>
    public sealed class Intel(DcapEvidence evidence) : HostEvidence
    {
        /// <summary>Quote and collateral.</summary>
        public DcapEvidence Evidence { get; } = evidence;
    }
}
