using System.Collections.Immutable;
using System.Numerics;

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
        byte[] finalize = ContractArtifact.Load("AttestationInbox").Abi.Function("finalize").EncodeCall(7, arguments[1], arguments[2]);

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

        // The last word of a claim is yParity and s: all ones is no lower s.
        byte[] high = [.. calldata];
        byte[] s = Settlement(0).Claims[0].Signature.ToCompactArray()[32..];
        int at = high.AsSpan().IndexOf(s);
        high.AsSpan(at, s.Length).Fill(0xff);
        Assert.False(SettlementCall.TryDecode(high, out _, out DecodeFault? fault));
        Assert.Equal("claim", fault.What);
    }

    [Fact]
    public void TaskSettlements_areReadOnlyAsTheyWerePacked()
    {
        byte[] packed = TaskSettlementRecord.Pack(Settlement(0), Settlement(3));
        Assert.True(TaskSettlementRecord.TryRead(packed, out ImmutableArray<TaskSettlementRecord> read, out _));
        Assert.Equal([Settlement(0), Settlement(3)], read);
        Assert.True(TaskSettlementRecord.TryRead([], out read, out _));
        Assert.Empty(read);

        for (int length = 1; length < packed.Length; length++)
        {
            Assert.Equal(length == TaskSettlementRecord.Pack(Settlement(0)).Length, TaskSettlementRecord.TryRead(packed.AsSpan(0, length), out _, out _));
        }

        Assert.False(TaskSettlementRecord.TryRead([.. packed, .. packed], out _, out DecodeFault? fault)); // Indexes ascend.
        Assert.Equal((packed.Length, "an index of at least 4", "0"), (fault.Offset, fault.Expected, fault.Found));
        foreach ((int at, byte value) in new (int, byte)[] { (0, 0x03), (1, 0x02), (2, 0x02), (3, 0x08) })
        {
            byte[] wrong = [.. packed];
            wrong[at] = value;
            Assert.False(TaskSettlementRecord.TryRead(wrong, out _, out fault));
            Assert.Equal("settlement", fault.What);
        }
    }

    /// <summary>What a record has in common with the one before it is packed once; a reader takes it also where it is said again.</summary>
    [Fact]
    public void TaskSettlements_stateOnceWhatTheyHaveInCommon()
    {
        TaskSettlementRecord[] all = [Plain(5), Plain(6), Plain(8), Settlement(9), Plain(10) with { Task = Plain(10).Task with { Deadline = 1_800_000_001 } }];
        int[] heads = [27, 1, 8, 8, 27];
        byte[] packed = TaskSettlementRecord.Pack(all);
        byte[][] alone = [.. all.Select(one => TaskSettlementRecord.Pack(one))];
        byte[] whole = [.. alone.SelectMany(bytes => bytes)];
        Assert.Equal(heads.Sum(head => 27 - head), whole.Length - packed.Length);
        int at = 0;
        foreach ((byte[] bytes, int head) in alone.Zip(heads))
        {
            Assert.Equal(bytes[27..], packed[(at + head)..(at + head + bytes.Length - 27)]);
            at += head + bytes.Length - 27;
        }

        Assert.Equal(Plain(6).Claims.Aggregate(0x80, (bits, claim) => bits | (1 << claim.Seat)), packed[alone[0].Length]);
        foreach (byte[] bytes in new[] { packed, whole })
        {
            Assert.True(TaskSettlementRecord.TryRead(bytes, out ImmutableArray<TaskSettlementRecord> read, out DecodeFault? fault), $"{fault}");
            Assert.Equal(all, read);
        }

        // Before the first record there is nothing: index 0, and terms that no task is committed on.
        Assert.True(TaskSettlementRecord.TryRead([0x80, .. new byte[96]], out ImmutableArray<TaskSettlementRecord> first, out _));
        Assert.Equal((0u, (byte)0, 0ul), (first[0].Task.Index, first[0].Task.DeterminismClass, first[0].Task.ComputeUnits));
        Assert.False(TaskSettlementRecord.TryRead([.. TaskSettlementRecord.Pack(Plain(uint.MaxValue)), 0x80, .. new byte[96]], out _, out DecodeFault? beyond));
        Assert.Equal("4294967296", beyond.Found);
    }

    /// <summary>Whatever can be read is what packing it gives again, in no more bytes.</summary>
    [Fact]
    public void TaskSettlements_areReadAsTheSameInTheirShortestForm()
    {
        byte[] packed = TaskSettlementRecord.Pack(Settlement(0), Settlement(1), Settlement(3), Plain(4), Plain(5));
        var chance = new Random(5);
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. packed];
            for (int change = chance.Next(3); change >= 0; change--)
            {
                bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            }

            if (TaskSettlementRecord.TryRead(bytes, out ImmutableArray<TaskSettlementRecord> settlements, out _))
            {
                read++;
                byte[] again = TaskSettlementRecord.Pack(settlements);
                Assert.True(again.Length <= bytes.Length);
                Assert.Equal(again.Length == bytes.Length, again.AsSpan().SequenceEqual(bytes));
                Assert.True(TaskSettlementRecord.TryRead(again, out ImmutableArray<TaskSettlementRecord> same, out _));
                Assert.Equal(settlements, same);
            }
        }

        Assert.InRange(read, 1_000, 19_999);
    }

    [Fact]
    public void SettledTasks_areReadAsTheEventPacksThem()
    {
        byte[] settled =
        [
            3, .. Hex.Decode($"{7:x8}{100_000_000_000_000_000:x36}"), .. s_word.ToArray(), .. Hash256.Zero.ToArray(),
            .. Hex.Decode("000000051000000b20000011"),
        ];
        Assert.True(SettledTaskRecord.TryRead(settled, out ImmutableArray<SettledTaskRecord> tasks, out _));
        var task = new SettledTaskRecord(
            7, 100_000_000_000_000_000, s_word, Hash256.Zero, [(5, SeatOutcomes.Paid), (11, SeatOutcomes.Silent), (17, SeatOutcomes.Minority)]);
        Assert.Equal([task], tasks);
        Assert.Equal((1, task.Amount), (task.SeatsPaid, task.Minted));
        Assert.True(SettledTaskRecord.TryRead([], out tasks, out _));

        for (int length = 1; length < settled.Length; length++)
        {
            Assert.False(SettledTaskRecord.TryRead(settled.AsSpan(0, length), out _, out DecodeFault? fault));
            Assert.Equal(0, fault.Offset);
        }

        Assert.False(SettledTaskRecord.TryRead([.. settled, 0], out _, out _));
        Assert.False(SettledTaskRecord.TryRead([.. settled, .. settled], out _, out _));

        // The next task, paid the same, states neither index nor pay.
        byte[] next = [0x82, .. Hash256.Zero.ToArray(), .. s_word.ToArray(), .. Hex.Decode("0000000600000007")];
        Assert.True(SettledTaskRecord.TryRead([.. settled, .. next, .. next], out tasks, out _));
        Assert.Equal([task, Next(8), Next(9)], tasks);
        Assert.False(SettledTaskRecord.TryRead([.. settled, .. next, 0x82], out _, out _));
        settled.AsSpan(1, 4).Fill(0xff);
        Assert.False(SettledTaskRecord.TryRead([.. settled, .. next], out _, out DecodeFault? beyond));
        Assert.Equal(settled.Length, beyond.Offset);
        settled[0] = 8;
        Assert.False(SettledTaskRecord.TryRead([.. settled, .. new byte[20]], out _, out _));

        SettledTaskRecord Next(uint index) => new(index, task.Amount, Hash256.Zero, s_word, [(6, SeatOutcomes.Paid), (7, SeatOutcomes.Paid)]);
    }

    [Fact]
    public void SeatOutcomes_areReadAsTheyArePacked()
    {
        for (int seats = 1; seats <= 7; seats++)
        {
            ImmutableArray<(uint, byte)> outcomes = [.. Enumerable.Range(0, seats).Select(seat => ((uint)(seat * 1_000_003), (byte)seat))];
            Assert.Equal(outcomes, SeatOutcomes.Read(SeatOutcomes.Pack(outcomes)));
        }

        Assert.Empty(SeatOutcomes.Read(BigInteger.Zero));
        Assert.Empty(SeatOutcomes.Read(BigInteger.One << 255));
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
        SeatSecretOpening? opening = index == 3 ? new SeatSecretOpening(s_word, Hash256.Zero) : null;
        Hash256 secret = opening?.SeatSecret ?? s_word;
        Address redeemer = index == 0 ? Address.Zero : key.Address;
        return new TaskSettlementRecord(
            new MiningTaskRecord(s_word, index, 1, 1, 80_000, 1_800_000_000, redeemer, Keccak256.Hash(secret.ToArray())), secret, opening, s_word,
            [new SeatClaimRecord(0, null, null, 1200, key.Sign(s_word)), new SeatClaimRecord(2, Hash256.Zero, s_word, 1300, key.Sign(Keccak256.Hash("other"u8)))]);
    }

    /// <summary>One whose claims leave out all they can, of nobody's credit.</summary>
    private static TaskSettlementRecord Plain(uint index)
    {
        TaskSettlementRecord settlement = Settlement(0);
        return settlement with
        {
            Task = settlement.Task with { Index = index },
            Claims = [.. settlement.Claims.Select(claim => claim with { GpuId = null, ResultHash = null })],
        };
    }

    private static MiningRegistryContract Registry() => new(Address.Zero, Client());

    private static EthereumClient Client() => new(new JsonRpcClient(new HttpClient(), new Uri("http://127.0.0.1:1/"), new JsonRpcOptions()));
}
