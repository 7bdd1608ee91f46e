using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Cli.Launching;
using Ait.Protocol;

namespace Ait.Cli.Deploying;

/// <summary>What a deployment trusts and who governs it. Only the roots, floors and delays tell the profiles apart.</summary>
internal sealed record DeployPlan
{
    /// <summary>EIP-155 ids of public chains that hold value: a development root is refused there.</summary>
    internal static readonly ImmutableHashSet<ulong> ProductionChains =
        [1, 10, 25, 30, 56, 100, 130, 137, 146, 169, 250, 252, 324, 480, 1088, 1101, 1284, 1329, 2222, 5000, 8217, 8453, 34443, 42161, 42170, 42220, 43114, 57073, 59144, 80094, 81457, 96369, 534352, 7777777];

    private const int AttestedGpu = 1 << 1;
    private const int MeasuredHost = 1 << 2;
    private const int MeasuredEnclave = 1 << 3;
    private static readonly ImmutableArray<DeviceClass> s_withoutEvidence = [DeviceClass.A100, DeviceClass.L40S, DeviceClass.MI300X];

    internal required string Profile { get; init; }

    internal required ImmutableArray<RootPin> Roots { get; init; }

    internal required ImmutableArray<TcbPin> Floors { get; init; }

    /// <summary>Root keys of Intel's platforms: SHA-384 of the DER SubjectPublicKeyInfo.</summary>
    internal required ImmutableArray<ReadOnlyMemory<byte>> IntelRoots { get; init; }

    /// <summary>Root keys of GPUs' identities: SHA-384 of the DER SubjectPublicKeyInfo.</summary>
    internal required ImmutableArray<ReadOnlyMemory<byte>> GpuRoots { get; init; }

    /// <summary>Root keys of GPUs' reference manifests: SHA-384 of the DER SubjectPublicKeyInfo. The contracts hold the manifests' values instead.</summary>
    internal required ImmutableArray<ReadOnlyMemory<byte>> GpuReferenceRoots { get; init; }

    /// <summary>Drivers and VBIOSes whose measurements are believed.</summary>
    internal required GpuReferenceSet GpuReferences { get; init; }

    /// <summary>Classes that register without evidence of the GPU itself, as measured hosts.</summary>
    internal required ImmutableArray<DeviceClass> MeasuredClasses { get; init; }

    /// <summary>How classes prove themselves where there is no evidence of the GPU: the governance table at genesis.</summary>
    internal required Func<DeviceClass, ChallengeTermsRecord> ChallengeTerms { get; init; }

    /// <summary>Measured programs that may register: MEASUREMENT of SEV-SNP (48 bytes), MRTD to RTMR3 of TDX (384), MRENCLAVE to ISVFAMILYID of SGX (256).</summary>
    internal required ImmutableArray<byte[]> Measurements { get; init; }

    /// <summary>How long a governed change waits.</summary>
    internal required TimeSpan GovernanceDelay { get; init; }

    /// <summary>Who may propose to the timelock beside the votes of AIT; null for nobody. Anyone may execute after the delay.</summary>
    internal required Address? Proposer { get; init; }

    /// <summary>How AIT votes.</summary>
    internal required VotingRules Voting { get; init; }

    /// <summary>What work that nobody redeems for may mint before redeemed work has earned anything.</summary>
    internal required BootstrapTerms Bootstrap { get; init; }

    /// <summary>How many of 65,536 tasks settle only if a further seat agrees.</summary>
    internal required ushort AuditShare { get; init; }

    internal required Address Coordinator { get; init; }

    internal static DeployPlan ForDevelopment(
        EmulatedRoot root, EmulatedGpuVendor gpuVendor, bool admitsMeasuredH100, ImmutableArray<byte[]> measurements, ushort auditShare, Address? proposer, Address coordinator) => new()
    {
        GpuRoots = [gpuVendor.KeyFingerprint],
        GpuReferenceRoots = [gpuVendor.ReferenceFingerprint],
        GpuReferences = gpuVendor.References,
        MeasuredClasses = Measured(admitsMeasuredH100),
        ChallengeTerms = ChallengeTable.OfEmulatedHosts,
        Profile = Deployment.Development,
        Roots = [new RootPin(SnpProduct.Genoa, root.KeyFingerprint)],
        Floors = [new TcbPin(SnpProduct.Genoa, new byte[8])],
        IntelRoots = [root.IntelFingerprint],
        Measurements = measurements,
        GovernanceDelay = TimeSpan.FromSeconds(1),
        Voting = VotingRules.Development,
        Bootstrap = BootstrapTerms.Development,
        AuditShare = auditShare,
        Proposer = proposer,
        Coordinator = coordinator,
    };

    /// <summary>AMD's roots, of the products that have a floor: what an operator has not judged, the contract does not believe.</summary>
    internal static DeployPlan ForProduction(
        ImmutableArray<byte[]> measurements,
        ImmutableArray<TcbPin> floors,
        GpuReferenceSet references,
        bool admitsMeasuredH100,
        TimeSpan delay,
        VotingRules voting,
        BootstrapTerms bootstrap,
        ushort auditShare,
        Address? proposer,
        Address coordinator) => new()
        {
            IntelRoots = Fingerprints(TrustRoots.Production.Intel),
            GpuRoots = Fingerprints(TrustRoots.Production.NvidiaDevice),
            GpuReferenceRoots = Fingerprints(TrustRoots.Production.NvidiaReference),
            GpuReferences = references,
            ChallengeTerms = ChallengeTable.OfHardware,
            MeasuredClasses = Measured(admitsMeasuredH100),
            Profile = Deployment.Production,
            Roots = [.. TrustRoots.Production.All
                .Where(root => floors.Any(floor => floor.Product == root.Product))
                .Select(root => new RootPin(root.Product, root.KeyFingerprint.Span.ToArray()))],
            Floors = floors,
            Measurements = measurements,
            GovernanceDelay = delay,
            Voting = voting,
            Bootstrap = bootstrap,
            AuditShare = auditShare,
            Proposer = proposer,
            Coordinator = coordinator,
        };

    private static ImmutableArray<DeviceClass> Measured(bool admitsH100) => admitsH100 ? [DeviceClass.H100, .. s_withoutEvidence] : s_withoutEvidence;

    private static ImmutableArray<ReadOnlyMemory<byte>> Fingerprints(ImmutableArray<ByteString> roots) =>
        [.. roots.Select(fingerprint => (ReadOnlyMemory<byte>)fingerprint.Span.ToArray())];

    /// <summary>The same roots for those who verify off chain.</summary>
    internal DeploymentRoots OffChainRoots => new(
        Roots.ToDictionary(pin => pin.Product.ToString(), pin => Text(pin.Fingerprint)),
        [.. IntelRoots.Select(Text)],
        [.. GpuRoots.Select(Text)],
        [.. GpuReferenceRoots.Select(Text)]);

    private static string Text(ReadOnlyMemory<byte> fingerprint) => Convert.ToHexStringLower(fingerprint.Span);

    /// <summary>Writes the references for those who bring evidence of GPUs.</summary>
    internal void WriteReferences(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        File.WriteAllBytes(path, GpuReferences.ToJson());
    }

    /// <summary>Trust profiles of classes 1 to 4 as the registry takes them: a bit for each, 1 attested GPU, 2 measured host, 3 measured enclave.</summary>
    internal ImmutableArray<byte> Profiles =>
    [
        .. DeviceClasses.All.Select(deviceClass => (byte)(
            (deviceClass == DeviceClass.H100 ? AttestedGpu : 0) | (MeasuredClasses.Contains(deviceClass) ? MeasuredHost : 0) | MeasuredEnclave)),
    ];

    /// <summary>A vendor root key that the contract believes: SHA-384 of its DER SubjectPublicKeyInfo.</summary>
    internal sealed record RootPin(SnpProduct Product, ReadOnlyMemory<byte> Fingerprint)
    {
        internal byte ContractProduct => ProductNumber(Product);
    }

    /// <summary>The least REPORTED_TCB of a product, as the report has it; a product without one is not accepted.</summary>
    internal sealed record TcbPin(SnpProduct Product, ReadOnlyMemory<byte> Tcb)
    {
        private const int Bytes = 8;

        internal byte ContractProduct => ProductNumber(Product);

        /// <summary>Reads <c>Genoa=0a00000000001754</c>: the eight TCB_VERSION bytes in the report's order.</summary>
        internal static bool TryParse(string text, [NotNullWhen(true)] out TcbPin? pin)
        {
            pin = null;
            string[] parts = text.Split('=', 2);
            if (parts.Length == 2
                && Enum.GetNames<SnpProduct>().Contains(parts[0], StringComparer.Ordinal)
                && Hex.TryDecode(parts[1], out byte[]? tcb)
                && tcb.Length == Bytes)
            {
                pin = new TcbPin(Enum.Parse<SnpProduct>(parts[0]), tcb);
            }

            return pin is not null;
        }
    }

    /// <summary>The contracts' number of a product (AmdCertificate.sol).</summary>
    private static byte ProductNumber(SnpProduct product) => product switch
    {
        SnpProduct.Milan => 1,
        SnpProduct.Genoa => 2,
        SnpProduct.Turin => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(product), product, "not a product the contracts know"),
    };
}
