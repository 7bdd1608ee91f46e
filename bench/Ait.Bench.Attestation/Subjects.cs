using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Bench.Attestation;

/// <summary>What is measured: sound evidence of emulated hardware, in every variety that the figures are about.</summary>
internal sealed class Subjects : IDisposable
{
    private const int Chips = 64;
    private const int Reports = 256;
    private const int AttestationKeys = 1024;

    internal const string SnpCached = "SNP, VCEK keys cached";
    internal const string P384Held = "P-384 verify, key held";

    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly EmulatedAmdRoot _amd = EmulatedAmdRoot.Generate(EmulatedProduct.Genoa);
    private readonly EmulatedIntelVendor _intel = new(s_now.AddYears(-1));
    private readonly EmulatedNvidiaVendor _nvidia = new(s_now.AddYears(-1), s_now.AddYears(1));
    private readonly CertificateCache _cache = new(1024);
    private readonly TrustRoots _roots;
    private readonly ImmutableArray<SnpEvidence> _snp;
    private readonly ImmutableArray<DcapEvidence> _dcap;
    private readonly ImmutableArray<NvidiaEvidence> _gpus;
    private readonly ImmutableArray<DeviceEvidence> _devices;
    private readonly byte[] _collateral;
    private readonly byte[] _binding = RandomNumberGenerator.GetBytes(32);

    internal Subjects()
    {
        _roots = new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, new ByteString(_amd.ArkFingerprint))],
            [new ByteString(_intel.RootFingerprint)],
            [new ByteString(_nvidia.DeviceRootFingerprint)],
            [new ByteString(_nvidia.ReferenceRootFingerprint)]);
        EmulatedChip[] chips = [.. Enumerable.Range(0, Chips).Select(_ => EmulatedChip.Generate(EmulatedProduct.Genoa))];
        byte[][] vceks = [.. chips.Select(chip => _amd.IssueByAsk(chip.VcekRecipe(s_now.AddDays(-30))))];
        _snp = [.. Enumerable.Range(0, Reports).Select(index => Snp(chips[index % Chips], vceks[index % Chips], RandomNumberGenerator.GetBytes(64)))];

        using var platform = EmulatedIntelPlatform.Generate(_intel, s_now.AddYears(-1), 77);
        _collateral = _intel.Collateral(new EmulatedCollateral { IssueDate = s_now.AddDays(-10), NextUpdate = s_now.AddDays(20) });
        DcapCollateral shared = Collateral();
        _dcap = [.. Enumerable.Range(0, AttestationKeys).Select(_ => Quote(platform, shared))];

        byte[] driver = _nvidia.Reference(EmulatedReference.Driver);
        byte[] vbios = _nvidia.Reference(EmulatedReference.Vbios);
        EmulatedNvidiaGpu[] gpus = [.. Enumerable.Range(0, 16).Select(_ => EmulatedNvidiaGpu.Generate(_nvidia))];
        _gpus = [.. Enumerable.Range(0, 128).Select(index => Gpu(gpus[index % gpus.Length], RandomNumberGenerator.GetBytes(32), driver, vbios))];
        _devices = [.. Enumerable.Range(0, 64).Select(index =>
        {
            NvidiaEvidence gpu = Gpu(gpus[index % gpus.Length], _binding, driver, vbios);
            byte[] reportData = DeviceVerifier.ReportData(new ByteString(_binding), [gpu]).Span.ToArray();
            return new DeviceEvidence { Host = new HostEvidence.Amd(Snp(chips[index % Chips], vceks[index % Chips], reportData)), Gpus = [gpu] };
        })];
    }

    internal ImmutableArray<Measurement> All(int rounds, GenuineSnp? genuine)
    {
        using var key384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var key256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DevicePolicy device = DevicePolicy.For(new ByteString(_binding), ProgramRule.DangerouslyAny, TrustProfile.AttestedGpu);
        ImmutableArray<Measurement> all =
        [
            Limit(P384Held, rounds, key384, HashAlgorithmName.SHA384, held: true),
            Limit("P-384 verify, key imported each time", rounds, key384, HashAlgorithmName.SHA384, held: false),
            Limit("P-256 verify, key held", rounds, key256, HashAlgorithmName.SHA256, held: true),
            Limit("P-256 verify, key imported each time", rounds, key256, HashAlgorithmName.SHA256, held: false),
            new Measurement(SnpCached, rounds, index => Demand(SnpVerifier.Verify(_snp[index % Reports], _roots, SnpPolicy.Baseline, s_now, _cache))),
            new Measurement("SNP, nothing cached", rounds, index => Demand(SnpVerifier.Verify(_snp[index % Reports], _roots, SnpPolicy.Baseline, s_now))),
            new Measurement("DCAP, PCK and collateral cached", rounds, index => Demand(DcapVerifier.Verify(_dcap[index % AttestationKeys], _roots, DcapPolicy.Baseline, s_now, _cache))),
            new Measurement("DCAP, nothing cached", rounds, index => Demand(DcapVerifier.Verify(
                new DcapEvidence { Quote = _dcap[index % AttestationKeys].Quote, Collateral = Collateral() }, _roots, DcapPolicy.Baseline, s_now))),
            new Measurement("NVIDIA with both manifests, cached", rounds, index => Demand(NvidiaVerifier.Verify(_gpus[index % _gpus.Length], _roots, Gpus(index), s_now, _cache))),
            new Measurement("NVIDIA with both manifests, nothing cached", rounds, index => Demand(NvidiaVerifier.Verify(_gpus[index % _gpus.Length], _roots, Gpus(index), s_now))),
            new Measurement("device: SNP and H100, cached", rounds, index => Demand(DeviceVerifier.Verify(_devices[index % _devices.Length], _roots, device, s_now, _cache))),
        ];
        return genuine is null ? all : all.Add(new Measurement(GenuineSnp.Name, rounds, index => Demand(SnpVerifier.Verify(
            genuine.Evidence[index % genuine.Evidence.Length], TrustRoots.Production, SnpPolicy.Baseline, GenuineSnp.Instant, _cache))));
    }

    public void Dispose()
    {
        _amd.Dispose();
        _intel.Dispose();
        _nvidia.Dispose();
    }

    /// <summary>What OpenSSL alone does, through .NET: the same message length as a report's, a different signature each time.</summary>
    private static Measurement Limit(string name, int rounds, ECDsa signer, HashAlgorithmName hash, bool held)
    {
        ECParameters point = signer.ExportParameters(false);
        var verifier = ECDsa.Create(point);
        (byte[] Data, byte[] Signature)[] signed = [.. Enumerable.Range(0, 64).Select(_ =>
        {
            byte[] data = RandomNumberGenerator.GetBytes(672);
            return (data, signer.SignData(data, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        })];
        return new Measurement(name, rounds, index =>
        {
            (byte[] data, byte[] signature) = signed[index % signed.Length];
            ECDsa key = held ? verifier : ECDsa.Create(point);
            bool verifies = key.VerifyData(data, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            if (!held)
            {
                key.Dispose();
            }

            if (!verifies)
            {
                throw new InvalidOperationException("a sound signature does not verify");
            }
        });
    }

    private static void Demand(Verdict verdict)
    {
        if (verdict is Verdict.Refused refused)
        {
            throw new InvalidOperationException($"sound evidence is refused: {refused.Reason}");
        }
    }

    private NvidiaPolicy Gpus(int index) =>
        NvidiaPolicy.ForDevice(new ByteString(_gpus[index % _gpus.Length].Report.Span.Slice(4, 32)));

    private SnpEvidence Snp(EmulatedChip chip, byte[] vcek, byte[] reportData) => new()
    {
        Report = chip.Report(new EmulatedReport { ReportData = reportData, Measurement = new byte[48] }),
        Vek = vcek,
        Ask = _amd.Ask,
        Ark = _amd.Ark,
        RevocationLists = [],
    };

    private static DcapEvidence Quote(EmulatedIntelPlatform platform, DcapCollateral collateral)
    {
        EmulatedIntelPlatform other = platform.WithNewAttestationKey();
        return new DcapEvidence { Quote = other.Quote(new EmulatedQuote { ReportData = RandomNumberGenerator.GetBytes(64) }), Collateral = collateral };
    }

    private DcapCollateral Collateral() => DcapCollateral.TryParse(_collateral, out DcapCollateral? collateral, out RefusalReason? refusal)
        ? collateral
        : throw new InvalidOperationException($"sound collateral is refused: {refusal}");

    private static NvidiaEvidence Gpu(EmulatedNvidiaGpu gpu, byte[] nonce, byte[] driver, byte[] vbios)
    {
        var report = new EmulatedGpuReport { Nonce = nonce, ResponderNonce = RandomNumberGenerator.GetBytes(32) };
        return new NvidiaEvidence
        {
            Report = gpu.Report(report),
            Certificates = PathOf(gpu, report),
            DriverReference = driver,
            VbiosReference = vbios,
        };
    }

    private static readonly Dictionary<EmulatedNvidiaGpu, ImmutableArray<ReadOnlyMemory<byte>>> s_paths = [];

    /// <summary>A GPU's certificates are issued once: signing them again would make others.</summary>
    private static ImmutableArray<ReadOnlyMemory<byte>> PathOf(EmulatedNvidiaGpu gpu, EmulatedGpuReport report)
    {
        if (!s_paths.TryGetValue(gpu, out ImmutableArray<ReadOnlyMemory<byte>> path))
        {
            s_paths[gpu] = path = [.. gpu.Certify(report).Select(der => (ReadOnlyMemory<byte>)der)];
        }

        return path;
    }
}
