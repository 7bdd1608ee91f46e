using System.Collections.Immutable;

using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;

namespace Ait.Chain.Tests.Contracts;

/// <summary>What is sent to the contracts, read back from its calldata.</summary>
public sealed class CalldataTests
{
    private static readonly Hash256 s_word = Keccak256.Hash("word"u8);

    [Fact]
    public void SettlementCall_readsWhatSettleWrites()
    {
        TaskSettlementRecord[] settlements = [Settlement(0), Settlement(3)];
        byte[] calldata = [.. Registry().Settle(7, [.. settlements], [s_word, Hash256.Zero]).Data];

        Assert.True(SettlementCall.TryDecode(calldata, out SettlementCall? call, out DecodeFault? fault), $"{fault}");

        Assert.Equal(new SettlementCall(7, [.. settlements], [s_word, Hash256.Zero], ByInbox: false), call);
    }

    [Fact]
    public void SettlementCall_readsWhatTheInboxIsSent()
    {
        byte[] settle = [.. Registry().Settle(7, [Settlement(1)], [s_word]).Data];
        Assert.True(SettlementCall.TryDecode(settle, out SettlementCall? once, out _));
        Assert.True(ContractArtifact.Load("MiningRegistry").Abi.Function("settle").TryDecodeCall(settle, out ImmutableArray<AbiValue> arguments, out _));
        byte[] finalize = ContractArtifact.Load("AttestationInbox").Abi.Function("finalize").EncodeCall(7, arguments[1][0], arguments[2]);

        Assert.True(SettlementCall.TryDecode(finalize, out SettlementCall? call, out DecodeFault? fault), $"{fault}");

        Assert.Equal(once with { ByInbox = true }, call);
    }

    [Fact]
    public void SettlementCall_refusesOtherCallsTrailingBytesAndHighS()
    {
        byte[] calldata = [.. Registry().Settle(7, [Settlement(0)], [s_word]).Data];
        Assert.False(SettlementCall.TryDecode([.. calldata, 0], out _, out _));
        Assert.False(SettlementCall.TryDecode(calldata.AsSpan(1), out _, out _));
        Assert.False(SettlementCall.TryDecode([.. Registry().PinSeed(1).Data], out _, out _));
        Assert.False(SettlementCall.TryDecode([], out _, out _));

        // The last word of the only claim is yParity and s: all ones is no lower s.
        byte[] high = [.. calldata];
        byte[] s = Settlement(0).Claims[0].Signature.ToCompactArray()[32..];
        int at = high.AsSpan().IndexOf(s);
        high.AsSpan(at, s.Length).Fill(0xff);
        Assert.False(SettlementCall.TryDecode(high, out _, out DecodeFault? fault));
        Assert.Equal("claim", fault.What);
    }

    [Fact]
    public void RegistrationRequest_readsWhatRegisterDeviceWrites()
    {
        var request = new RegistrationRequest
        {
            EnclaveKey = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
            GpuUuid = new byte[RegistrationRequest.GpuUuidSize],
            Class = 1,
            Platform = RegistrationRequest.Dcap,
            BlockNumber = 12,
            Report = new byte[] { 1, 2, 3 },
            Endorsement = s_word.ToArray(),
            Hints = default,
            Gpu = new GpuEvidenceRecord
            {
                Report = new byte[] { 4 },
                Key = new byte[] { 5 },
                Device = s_word,
                KeyHints = new byte[] { 6 },
                ReportHints = default,
                Driver = new GpuReferenceRecord(new byte[] { 7 }, [s_word]),
                Vbios = GpuReferenceRecord.None,
            },
        };
        var registry = new DeviceRegistryContract(Address.Zero, Client());
        foreach (ImmutableArray<byte> calldata in new[] { registry.RegisterDevice(request).Data, registry.RefreshDevice(request).Data })
        {
            Assert.True(RegistrationRequest.TryDecodeCall(calldata.AsSpan(), out RegistrationRequest? read, out DecodeFault? fault), $"{fault}");
            Assert.Equal(request.ToAbi(), read.ToAbi());
            Assert.False(RegistrationRequest.TryDecodeCall([.. calldata, 0], out _, out _));
        }

        Assert.False(RegistrationRequest.TryDecodeCall([.. registry.RetireDevice(s_word).Data], out _, out _));
    }

    private static TaskSettlementRecord Settlement(uint index)
    {
        using Secp256k1PrivateKey key = Secp256k1PrivateKey.FromBytes(s_word.ToArray());
        var task = new MiningTaskRecord(s_word, index, 1, 1, 80_000, 1_800_000_000, Address.Zero, s_word, s_word, s_word);
        return new TaskSettlementRecord(
            task, s_word, Hash256.Zero, s_word,
            [new SeatClaimRecord(0, Hash256.Zero, Hash256.Zero, 1200, key.Sign(s_word)), new SeatClaimRecord(2, s_word, s_word, 1300, key.Sign(Keccak256.Hash("other"u8)))]);
    }

    private static MiningRegistryContract Registry() => new(Address.Zero, Client());

    private static EthereumClient Client() => new(new JsonRpcClient(new HttpClient(), new Uri("http://127.0.0.1:1/"), new JsonRpcOptions()));
}
