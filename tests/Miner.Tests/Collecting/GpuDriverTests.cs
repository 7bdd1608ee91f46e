using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using static Ait.Miner.Tests.Fixtures.StandInDrivers;

namespace Ait.Miner.Tests.Collecting;

[Collection(nameof(StandInDriversGroup))]
public sealed class GpuDriverTests
{
    private static readonly ImmutableArray<byte> s_first = [.. Convert.FromHexString("00112233445566778899aabbccddee00")];
    private static readonly ImmutableArray<byte> s_second = [.. Convert.FromHexString("00112233445566778899aabbccddee01")];
    private static readonly byte[] s_nonce = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private readonly StandInDrivers _library;

    public GpuDriverTests(StandInDrivers library)
    {
        _library = library;
        _library.Reset();
    }

    private static Task<GpuEvidenceOutcome> AskAsync(ImmutableArray<byte> uuid) =>
        new NvidiaDriver().CollectAsync(uuid, s_nonce, TestContext.Current.CancellationToken);

    private static async Task<GpuEvidenceOutcome.Failed> FailsAsync(ImmutableArray<byte> uuid, EvidenceFailure failure)
    {
        GpuEvidenceOutcome.Failed failed = Assert.IsType<GpuEvidenceOutcome.Failed>(await AskAsync(uuid));
        Assert.Equal(failure, failed.Failure);
        Assert.NotEmpty(failed.Remedy);
        return failed;
    }

    [Fact]
    public void Layouts_areThoseOfTheVendorsHeader()
    {
        Assert.Equal(12, Marshal.SizeOf<Nvml.ConfidentialState>());
        Assert.Equal(20, Marshal.SizeOf<Nvml.ConfidentialSettings>());
        Assert.Equal(24, Marshal.SizeOf<Nvml.Memory>());
        Assert.Equal(12 + 0x20 + 0x2000 + 0x1000, Marshal.SizeOf<Nvml.AttestationReport>());
        Assert.Equal(4, Marshal.OffsetOf<Nvml.AttestationReport>(nameof(Nvml.AttestationReport.Size)));
        Assert.Equal(12, Marshal.OffsetOf<Nvml.AttestationReport>(nameof(Nvml.AttestationReport.Nonce)));
        Assert.Equal(12 + 0x20, Marshal.OffsetOf<Nvml.AttestationReport>(nameof(Nvml.AttestationReport.Bytes)));
        Assert.Equal(12 + 0x20 + 0x2000, Marshal.OffsetOf<Nvml.AttestationReport>(nameof(Nvml.AttestationReport.ControllerBytes)));
        Assert.Equal(8 + 0x1000 + 0x1400, Marshal.SizeOf<Nvml.GpuCertificate>());
        Assert.Equal(4, Marshal.OffsetOf<Nvml.GpuCertificate>(nameof(Nvml.GpuCertificate.AttestationChainSize)));
        Assert.Equal(8, Marshal.OffsetOf<Nvml.GpuCertificate>(nameof(Nvml.GpuCertificate.Chain)));
        Assert.Equal(8 + 0x1000, Marshal.OffsetOf<Nvml.GpuCertificate>(nameof(Nvml.GpuCertificate.AttestationChain)));
    }

    [Fact]
    public void ReadTemperature_tellsThatOfTheGpuAskedAfter()
    {
        _library.Set(Choice.Count, 2);

        ImmutableArray<byte> amd = new AmdDriver().List(out _)[0].Uuid;

        Assert.Equal(61, new NvidiaDriver().ReadTemperature(s_second));
        Assert.Null(new NvidiaDriver().ReadTemperature(amd));
        Assert.Equal(72, new AmdDriver().ReadTemperature(amd));
        Assert.Null(new AmdDriver().ReadTemperature(s_second));
    }

    [Fact]
    public void List_tellsEveryGpuOfNvidia()
    {
        _library.Set(Choice.Count, 2);
        _library.Set(Choice.Feature, 1);

        ImmutableArray<GpuFacts> gpus = new NvidiaDriver().List(out string? problem);

        Assert.Null(problem);
        Assert.Equal([s_first, s_second], gpus.Select(gpu => gpu.Uuid));
        Assert.Equal("00112233-4455-6677-8899-aabbccddee01", gpus[1].UuidText);
        Assert.Equal(new GpuFacts(gpus[0].Uuid, "NVIDIA H100 80GB HBM3", DeviceClass.H100, 85_520_809_984, "580.95.05", "96.00.9F.00.01", ConfidentialMode.On), gpus[0]);
        Assert.Equal(0, _library.OpenCount);
    }

    [Theory]
    [InlineData(0, DeviceClass.H100)]
    [InlineData(1, DeviceClass.A100)]
    [InlineData(2, DeviceClass.L40S)]
    [InlineData(3, DeviceClass.None)]
    public void List_knowsTheClassByTheName(int name, DeviceClass expected)
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Name, name);

        Assert.Equal(expected, Assert.Single(new NvidiaDriver().List(out _)).DeviceClass);
    }

    [Theory]
    [InlineData(0, 0, 0, ConfidentialMode.Off)]
    [InlineData(1, 0, 0, ConfidentialMode.On)]
    [InlineData(1, 1, 0, ConfidentialMode.DeveloperTools)]
    [InlineData(0, 0, 1, ConfidentialMode.ProtectedPcie)]
    public void List_tellsTheConfidentialMode(int feature, int developerTools, int multiGpu, object expected)
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Feature, feature);
        _library.Set(Choice.DeveloperTools, developerTools);
        _library.Set(Choice.MultiGpu, multiGpu);

        Assert.Equal((ConfidentialMode)expected, Assert.Single(new NvidiaDriver().List(out _)).Confidential);
    }

    [Fact]
    public void List_quotesNvmlIfItDoesNotStart()
    {
        _library.Set(Choice.Init, 9);

        Assert.Empty(new NvidiaDriver().List(out string? problem));
        Assert.Equal("NVML does not start: 9 (Driver Not Loaded).", problem);
    }

    [Fact]
    public void List_refusesMoreGpusThanItsLimit()
    {
        _library.Set(Choice.Count, 65);

        Assert.Empty(new NvidiaDriver().List(out string? problem));
        Assert.Equal("NVML shows 65 GPUs; expected at most 64.", problem);
        Assert.Equal(0, _library.OpenCount);
    }

    [Fact]
    public void List_refusesAPartitionOfAGpu()
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.UuidKind, 1);

        Assert.Empty(new NvidiaDriver().List(out string? problem));
        Assert.Contains("MIG-", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_asksTheNamedGpuOverTheNonce()
    {
        _library.Set(Choice.Count, 2);
        _library.Set(Choice.Feature, 1);
        _library.Set(Choice.ReportSize, 4109);
        _library.Set(Choice.CertificateSize, 4000);

        GpuEvidence evidence = Assert.IsType<GpuEvidenceOutcome.Collected>(await AskAsync(s_second)).Evidence;

        Assert.Equal(4109, evidence.Report.Length);
        Assert.Equal(s_nonce, evidence.Report.AsSpan(4, 32).ToArray());
        Assert.Equal(0xAB, evidence.Report[^1]);
        Assert.Equal(Enumerable.Repeat((byte)'A', 3999), evidence.Certificates);
        Assert.Equal(0, _library.OpenCount);
    }

    [Fact]
    public async Task Collect_failsIfTheGpuIsNotThere()
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Feature, 1);

        Assert.Contains("shows no GPU 00112233-4455-6677-8899-aabbccddee01", (await FailsAsync(s_second, EvidenceFailure.InterfaceMissing)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_failsIfConfidentialComputingIsOff()
    {
        _library.Set(Choice.Count, 1);

        Assert.Contains("confidential computing is off", (await FailsAsync(s_first, EvidenceFailure.InterfaceMissing)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, EvidenceFailure.NotPermitted)]
    [InlineData(999, EvidenceFailure.HardwareRefused)]
    public async Task Collect_quotesNvmlIfItRefuses(int code, object failure)
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Feature, 1);
        _library.Set(Choice.ReportCode, code);

        Assert.Contains($"answers {code} (Some Error)", (await FailsAsync(s_first, (EvidenceFailure)failure)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(0x2001, 100)]
    [InlineData(100, 0)]
    [InlineData(100, 0x1401)]
    public async Task Collect_refusesSizesBeyondTheStructures(int reportSize, int certificateSize)
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Feature, 1);
        _library.Set(Choice.ReportSize, reportSize);
        _library.Set(Choice.CertificateSize, certificateSize);

        await FailsAsync(s_first, EvidenceFailure.AnswerMalformed);
    }

    [Fact]
    public void List_tellsEveryGpuOfAmd()
    {
        _library.Set(Choice.Count, 2);

        ImmutableArray<GpuFacts> gpus = new AmdDriver().List(out string? problem);

        Assert.Null(problem);
        Assert.Equal(["a1ff74a1-0000-1000-80e4-31c5e2b4a300", "a1ff74a1-0000-1000-80e4-31c5e2b4a301"], gpus.Select(gpu => gpu.UuidText));
        Assert.All(gpus, gpu => Assert.Equal((DeviceClass.MI300X, 206_141_652_992UL, ConfidentialMode.Unavailable), (gpu.DeviceClass, gpu.MemoryBytes, gpu.Confidential)));
        Assert.Equal(0, _library.OpenCount);
    }

    [Fact]
    public void List_knowsNoClassOfAnotherAmdDevice()
    {
        _library.Set(Choice.Count, 1);
        _library.Set(Choice.Name, 1);

        GpuFacts gpu = Assert.Single(new AmdDriver().List(out _));
        Assert.Equal((DeviceClass.None, "AMD device 0x73bf"), (gpu.DeviceClass, gpu.Name));
    }
}
