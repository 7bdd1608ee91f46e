using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Evidencing;

/// <summary>A GPU that proves itself, from the collectors through the contracts as deployed.</summary>
[Collection(nameof(DevelopmentNetwork))]
public sealed class AttestedGpuTests(DevelopmentNetwork chain)
{
    private const byte AttestedGpu = 1;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bring_registersAndRefreshesAnAttestedGpu()
    {
        chain.Demand();
        using Secp256k1PrivateKey operatorKey = await chain.CreateAccountAsync(10);
        using Secp256k1PrivateKey enclave = Secp256k1PrivateKey.Create();
        Assert.True(GpuReferencesFile.TryRead(chain.GpuReferencesFile, out GpuReferenceSet? references, out _));
        (EvidenceBinder binder, ImmutableArray<byte> gpuUuid) = await BinderAsync(references);
        using var contracts = new DeviceContracts(chain.Client, operatorKey, chain.DeviceRegistry, chain.CertificateCache);
        BinderOutcome.Identified identified = Assert.IsType<BinderOutcome.Identified>(await binder.IdentifyAsync(Cancellation));
        Assert.NotEqual(GpuIdentity.OnMeasuredHost(identified.ChipId.AsSpan(), gpuUuid.AsSpan()), identified.GpuId);
        var registrar = new DeviceRegistrar(contracts, binder, new StandInDesk(), new DeviceIdentity
        {
            ChainId = chain.Domain.ChainId,
            DeviceRegistry = chain.DeviceRegistry,
            OperatorAccount = operatorKey.Address,
            EnclaveKey = enclave.Address,
            GpuUuid = gpuUuid,
            GpuId = identified.GpuId,
            DeviceClass = DeviceClass.H100,
            Measurement = [.. Hex.Decode(DevelopmentNetwork.Measurement)],
        });

        RegistrarOutcome first = await registrar.BringAsync(Cancellation);

        Assert.False(first is RegistrarOutcome.Refused, $"{first}");
        RegistrarOutcome.Registered registered = Assert.IsType<RegistrarOutcome.Registered>(first);
        Assert.Equal(identified.GpuId, registered.Device.GpuId);
        var registry = new DeviceRegistryContract(chain.DeviceRegistry, chain.Client);
        Assert.Equal(AttestedGpu, await registry.GetProfileOfAsync(registered.Device.Slot, BlockTag.Latest, Cancellation));

        // Its certificates are held now: the second time they are named, and nothing is submitted but the evidence.
        Assert.Null(await registrar.RehearseAsync(Cancellation));
        Assert.IsType<RegistrarOutcome.Refreshed>(await registrar.BringAsync(Cancellation));
    }

    [Fact]
    public async Task Identify_refusesADriverThatTheNetworkDoesNotKnow()
    {
        chain.Demand();
        (EvidenceBinder binder, _) = await BinderAsync(GpuReferenceSet.None);

        BinderOutcome.Refused refused = Assert.IsType<BinderOutcome.Refused>(await binder.IdentifyAsync(Cancellation));

        Assert.Equal("ReferenceMissing", refused.Code);
        Assert.Contains("550.90.07", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identify_refusesAGpuWhoseCommandFails()
    {
        chain.Demand();
        (string command, byte[] gpuUuid) = await chain.CreateHostAsync();
        Assert.True(CommandWords.TrySplit(command, out ImmutableArray<string> words, out _));
        var gpu = new GpuEvidenceReader(new GpuEvidenceCommand(["/bin/false"], TimeSpan.FromSeconds(60)), [.. gpuUuid], GpuReferenceSet.None);
        var binder = new EvidenceBinder(new EvidenceCommand(words, TimeSpan.FromSeconds(60)), gpu, [.. gpuUuid], [.. Hex.Decode(DevelopmentNetwork.Measurement)]);

        BinderOutcome.Refused refused = Assert.IsType<BinderOutcome.Refused>(await binder.IdentifyAsync(Cancellation));

        Assert.Equal(nameof(EvidenceFailure.ExitedWithError), refused.Code);
    }

    [Theory]
    [InlineData("", EvidenceFailure.OutputNotJson)]
    [InlineData("[]", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[]}""", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[{},{}]}""", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[{"request":"0x","response":"0x01","certificates":["0x01"]}]}""", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[{"request":"0x01","response":"0xz1","certificates":["0x01"]}]}""", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[{"request":"0x01","response":"0x01","certificates":[]}]}""", EvidenceFailure.FieldInvalid)]
    [InlineData("""{"gpus":[{"request":"0x01","response":"0x01","certificates":[1]}]}""", EvidenceFailure.FieldInvalid)]
    public void Read_refusesOutputOfAnotherForm(string output, object expected)
    {
        GpuEvidenceOutcome.Failed failed = Assert.IsType<GpuEvidenceOutcome.Failed>(GpuEvidenceOutput.Read(System.Text.Encoding.UTF8.GetBytes(output)));

        Assert.Equal((EvidenceFailure)expected, failed.Failure);
        Assert.NotEmpty(failed.Remedy);
    }

    private async Task<(EvidenceBinder Binder, ImmutableArray<byte> GpuUuid)> BinderAsync(GpuReferenceSet references)
    {
        (string command, byte[] gpuUuid) = await chain.CreateHostAsync();
        Assert.True(CommandWords.TrySplit(command, out ImmutableArray<string> words, out _));
        ImmutableArray<string> gpuWords = [.. words, "--report-data", Hex.Encode(new byte[64]), "--gpu", "0"];
        var gpu = new GpuEvidenceReader(new GpuEvidenceCommand(gpuWords, TimeSpan.FromSeconds(60)), [.. gpuUuid], references);
        return (new EvidenceBinder(new EvidenceCommand(words, TimeSpan.FromSeconds(60)), gpu, [.. gpuUuid], [.. Hex.Decode(DevelopmentNetwork.Measurement)]), [.. gpuUuid]);
    }
}
