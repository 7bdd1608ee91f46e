using System.Collections.Immutable;
using System.Text.Json;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Evidencing;

/// <summary>Evidence of an emulated TDX trust domain, collected as any evidence command's is.</summary>
public sealed class TrustDomainTests : IDisposable
{
    private static readonly byte[] s_mrtd = [.. Enumerable.Repeat((byte)0xAA, 48)];

    /// <summary>MRTD, then the seven registers that a bare trust domain leaves zero.</summary>
    private static readonly byte[] s_program = [.. s_mrtd, .. new byte[336]];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<(EvidenceBinder Binder, byte[] Ppid)> BinderAsync(byte[] program)
    {
        string root = _folder.File("hardware");
        using JsonDocument host = JsonDocument.Parse(await Programs.RunAsync(Programs.Emulation, "host", "--root", root, "--host", "td", "--tee", "tdx", "--gpu", "A100"));
        ImmutableArray<string> command = [Programs.Emulation, "evidence", "--root", root, "--host", "td", "--measurement", Hex.Encode(s_mrtd)];
        return (
            new EvidenceBinder(new EvidenceCommand(command, TimeSpan.FromSeconds(60)), null, [.. DeviceBench.GpuUuid], [.. program]),
            Hex.Decode(host.RootElement.GetProperty("chipId").GetString()!));
    }

    [Fact]
    public async Task Bind_readsTheQuoteOfATrustDomain()
    {
        (EvidenceBinder binder, byte[] ppid) = await BinderAsync(s_program);

        BinderOutcome.Identified identified = Assert.IsType<BinderOutcome.Identified>(await binder.IdentifyAsync(Cancellation));

        Assert.Equal(EvidencePlatform.Tdx, identified.Platform);
        Assert.Equal(ppid, identified.ChipId);
        Assert.Equal(Keccak256.Hash([.. Keccak256.Hash(ppid).ToArray(), .. DeviceBench.GpuUuid]), identified.GpuId);
        DeviceBinding binding = Binding(identified.GpuId);
        BoundEvidence evidence = Assert.IsType<BinderOutcome.Bound>(await binder.BindAsync(binding, Cancellation)).Evidence;
        Assert.Equal((EvidencePlatform.Tdx, binding.BlockNumber), (evidence.Collected.Platform, evidence.BlockNumber));
        Assert.True(HostReport.TryRead(evidence.Collected, out HostReport? report, out _));
        Assert.Equal(binding.ReportData(), report.ReportData.Span.ToArray());
    }

    [Fact]
    public async Task Bind_refusesARuntimeMeasurementOfAnotherProgram()
    {
        (EvidenceBinder binder, _) = await BinderAsync([.. s_mrtd, .. Enumerable.Repeat((byte)1, 336)]);

        Assert.Equal("MeasurementMismatch", Assert.IsType<BinderOutcome.Refused>(await binder.IdentifyAsync(Cancellation)).Code);
    }

    [Fact]
    public void Read_refusesAQuoteThatIsCutOff()
    {
        byte[] output = [.. "{\"quote\":\"0x040002008100000000\"}"u8];

        Assert.Equal(EvidenceFailure.AnswerMalformed, Assert.IsType<EvidenceOutcome.Failed>(EvidenceOutput.Read(output)).Failure);
    }

    private static DeviceBinding Binding(Hash256 gpuId) => new(
        31_337, DeviceBench.Stranger, DeviceBench.Operator, DeviceBench.EnclaveKey, gpuId, DeviceClass.A100, 5, Keccak256.Hash("block"u8));
}
