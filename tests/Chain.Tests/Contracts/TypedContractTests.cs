using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Contracts;

/// <summary>The compiled contracts on a real node, through their typed faces.</summary>
public sealed class TypedContractTests
{
    private static readonly Hash256 s_gpu = Keccak256.Hash("gpu"u8);
    private static readonly Hash256 s_workload = Keccak256.Hash("workload"u8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task DeviceRegistry_answersTyped()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);
        DeviceRegistryContract registry = await DeployDevicesAsync(chain, sender);
        Assert.Equal(key.Address, await registry.GetGovernorAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(Address.Zero, await registry.GetProposedGovernorAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(0u, await registry.GetRosterLengthAsync(BlockTag.Latest, Cancellation));
        Assert.Empty(await registry.GetDevicesAtAsync([], BlockTag.Latest, Cancellation));
        Assert.Equal(8, await registry.GetHostLimitAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(12ul * 3600, await registry.GetExtensionIntervalAsync(BlockTag.Latest, Cancellation));
        Assert.True(await registry.GetIsMeasurementAllowedAsync(s_workload, BlockTag.Latest, Cancellation));
        Assert.False(await registry.GetIsRevokedAsync(s_gpu, BlockTag.Latest, Cancellation));

        ContractRevertedException fault = await Assert.ThrowsAsync<ContractRevertedException>(() => registry.GetSlotOfAsync(s_gpu, BlockTag.Latest, Cancellation));
        Assert.Equal($"DeviceNotRegistered(gpuId: {s_gpu})", fault.Error?.ToString());

        SendResult.Mined revoked = Assert.IsType<SendResult.Mined>(await sender.SendAsync(registry.RevokeDevice(s_gpu, s_workload), Cancellation));
        Assert.True(registry.TryReadEvent(Assert.Single(revoked.Receipt.Logs), out DeviceRegistryEvent? found));
        Assert.Equal(new DeviceRegistryEvent.Revoked(s_gpu, s_workload), found);
        Assert.True(await registry.GetIsRevokedAsync(s_gpu, BlockTag.Latest, Cancellation));

        // The binding, computed here as the specification writes it.
        Block head = await chain.Client.GetBlockAsync(BlockTag.Latest, Cancellation) ?? throw new InvalidOperationException("The chain has no head.");
        await chain.MineAsync(1, Cancellation);
        byte[] preimage = AbiCodec.Encode(
            "(bytes32,uint256,address,address,address,bytes32,uint8,uint256,bytes32)",
            Keccak256.Hash("AIT device binding v1"u8), 31337, registry.Address, key.Address, Address.Zero, s_gpu, 1, head.Number, head.Hash);
        Assert.Equal(
            Keccak256.Hash(preimage),
            await registry.GetBindingOfAsync(key.Address, Address.Zero, s_gpu, 1, head.Number, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task AttendanceRegistry_answersTyped()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);
        var registry = new AttendanceRegistryContract(await DeployAsync(sender, "AttendanceRegistry", key.Address), chain.Client);
        Assert.Equal(new AttendanceTermsRecord(3, 3600, 12 * 3600, 7 * 86_400, 14 * 86_400), await registry.GetTermsAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(new AttendanceRecord(0, 0, 0, 0, 0, 0), await registry.GetAttendanceAsync(s_gpu, BlockTag.Latest, Cancellation));
        Assert.Equal(new AbsenceRecord(0, 0, 0, 0, 0, 0, false), await registry.GetAbsenceAsync(s_workload, s_gpu, BlockTag.Latest, Cancellation));
        Assert.Equal(Address.Zero, await registry.GetMiningAsync(BlockTag.Latest, Cancellation));

        var terms = new AttendanceTermsRecord(5, 600, 86_400, 20 * 86_400, 86_400);
        Assert.IsType<SendResult.Mined>(await sender.SendAsync(registry.SetTerms(terms), Cancellation));
        Assert.Equal(terms, await registry.GetTermsAsync(BlockTag.Latest, Cancellation));

        // The digest, computed here as EIP-712 writes it.
        Hash256 separator = Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,bytes32,uint256,address)",
            Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8),
            Keccak256.Hash("AIT attendance"u8),
            Keccak256.Hash("1"u8),
            31337,
            registry.Address));
        Hash256 content = Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,uint64,bytes32)", Keccak256.Hash("ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash)"u8), s_gpu, 7, s_workload));
        Assert.Equal(
            Keccak256.Hash([0x19, 0x01, .. separator.ToArray(), .. content.ToArray()]),
            await registry.GetLifeDigestAsync(s_gpu, 7, s_workload, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task MiningRegistry_answersTyped()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);

        // A contract that answers 3600 to every call: a roster long enough to commit a batch over, without devices in it.
        var answering = new TransactionRequest { Data = [.. Hex.Decode("0x6009600c60003960096000f3610e105f5260205ff3")] };
        Address roster = Assert.IsType<SendResult.Mined>(await sender.SendAsync(answering, Cancellation)).Receipt.ContractAddress ?? Address.Zero;
        var registry = new MiningRegistryContract(await DeployAsync(sender, "MiningRegistry", roster, key.Address, key.Address, AbiValue.List(9_000_000_000_000_000_000, 1_000_000_000_000_000_000, 86_400), 0u), chain.Client);
        Assert.Equal(roster, await registry.GetDevicesAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(key.Address, await registry.GetCoordinatorAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(Address.Zero, await registry.GetGuardianAsync(BlockTag.Latest, Cancellation));
        Assert.False(await registry.GetIsWorkPausedAsync(BlockTag.Latest, Cancellation));
        Address inbox = await registry.GetInboxAsync(BlockTag.Latest, Cancellation);
        Assert.True(await registry.GetIsWitnessAsync(inbox, BlockTag.Latest, Cancellation));
        Assert.Equal(BigInteger.Pow(10, 11), await registry.GetMintRateAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(BigInteger.Pow(10, 12), await registry.GetRedeemPriceAsync(BlockTag.Latest, Cancellation));
        uint[] rates = await Task.WhenAll(Enumerable.Range(1, 4).Select(c => registry.GetClassRateAsync((byte)c, BlockTag.Latest, Cancellation)));
        Assert.Equal([1000u, 600u, 400u, 800u], rates);
        Assert.Equal(0, await registry.GetTotalMintedAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(0, await registry.GetTotalBurnedAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(0ul, await registry.GetBusyUntilAsync(s_gpu, BlockTag.Latest, Cancellation));
        Assert.Equal(0ul, await registry.GetCreditOfAsync(key.Address, s_workload, BlockTag.Latest, Cancellation));
        Assert.True((await registry.GetDurationBoundsAsync(1, 1, BlockTag.Latest, Cancellation)).MaxMillisPerCu > 0);

        var token = new AITokenContract(await registry.GetTokenAsync(BlockTag.Latest, Cancellation), chain.Client);
        Assert.Equal("AI Token", await token.GetNameAsync(BlockTag.Latest, Cancellation));
        Assert.Equal("AIT", await token.GetSymbolAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(18, await token.GetDecimalsAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(registry.Address, await token.GetRegistryAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(0, await token.GetTotalSupplyAsync(BlockTag.Latest, Cancellation));
        Assert.Equal(0, await token.GetBalanceOfAsync(key.Address, BlockTag.Latest, Cancellation));
        Assert.Equal(0, await token.GetAllowanceAsync(key.Address, registry.Address, BlockTag.Latest, Cancellation));

        SendResult.Mined opened = Assert.IsType<SendResult.Mined>(await sender.SendAsync(registry.OpenWorkloads([s_workload], [5_000_000]), Cancellation));
        Assert.True(registry.TryReadEvent(Assert.Single(opened.Receipt.Logs), out MiningRegistryEvent? found));
        Assert.Equal(new MiningRegistryEvent.WorkloadOpened(s_workload, 5_000_000), found);
        Assert.Equal(5_000_000ul, await registry.GetQuoteOfAsync(s_workload, BlockTag.Latest, Cancellation));

        Block head = await chain.Client.GetBlockAsync(BlockTag.Latest, Cancellation) ?? throw new InvalidOperationException("The chain has no head.");
        var opening = new SeatSecretOpening(Keccak256.Hash("answer"u8), Keccak256.Hash("secret"u8));
        Hash256 secret = opening.SeatSecret;
        var task = new MiningTaskRecord(
            s_workload, 0, 1, 1, 5_000_000, head.Timestamp + 600, key.Address, Keccak256.Hash(secret.ToArray()));
        Hash256 leaf = Keccak256.Hash(
        [
            .. Hex.Decode($"{task.Index:x8}{task.WorkloadType:x4}{task.DeterminismClass:x2}{task.ComputeUnits:x16}{task.Deadline:x16}"),
            .. task.WorkloadHash.ToArray(), .. task.SeatSecretHash.ToArray(), .. task.Redeemer.ToArray(),
        ]);
        SendResult committed = await sender.SendAsync(registry.CommitBatch(leaf, 1, 0, task.ComputeUnits, task.Deadline), Cancellation);
        Log log = Assert.Single(Assert.IsType<SendResult.Mined>(committed).Receipt.Logs, entry => entry.Address == registry.Address);
        Assert.True(registry.TryReadEvent(log, out found));
        MiningRegistryEvent.BatchCommitted batch = Assert.IsType<MiningRegistryEvent.BatchCommitted>(found);
        Assert.Equal(1, batch.BatchId);
        Assert.Equal(leaf, batch.Root);
        Assert.Equal(log.BlockNumber + 2, batch.SeedBlock);
        Assert.Equal(1, await registry.GetBatchCountAsync(BlockTag.Latest, Cancellation));
        BatchRecord record = await registry.GetBatchAsync(1, BlockTag.Latest, Cancellation);
        Assert.Equal((leaf, 1u, task.ComputeUnits, batch.SeedBlock, batch.MintRate), (record.Root, record.TaskCount, record.UnsettledComputeUnits, record.SeedBlock, record.MintRate));
        Assert.False(await registry.GetIsSettledAsync(1, 0, BlockTag.Latest, Cancellation));
        Hash256 taskId = await registry.GetTaskIdOfAsync(1, 0, BlockTag.Latest, Cancellation);
        Assert.Equal(Keccak256.Hash(AbiCodec.Encode("(uint256,address,uint256,uint32)", 31337, registry.Address, 1, 0)), taskId);

        await chain.MineAsync(3, Cancellation);
        SendResult.Mined pinned = Assert.IsType<SendResult.Mined>(await sender.SendAsync(registry.PinSeed(1), Cancellation));
        Assert.True(registry.TryReadEvent(Assert.Single(pinned.Receipt.Logs), out found));
        Assert.Equal(1, Assert.IsType<MiningRegistryEvent.SeedPinned>(found).BatchId);

        // The contract reads each part of a settlement as it was written here: only as it was committed does it get as far as the roster.
        var settlement = new TaskSettlementRecord(
            task, secret, null, s_gpu, [new SeatClaimRecord(0, s_gpu, s_gpu, 1000, key.Sign(taskId)), new SeatClaimRecord(1, s_gpu, s_gpu, 1000, key.Sign(taskId))]);
        Assert.Equal(
            $"WorkloadNotInQueue(workloadHash: {s_workload})",
            await RefusalAsync(sender, registry, registry.Settle(1, [settlement with { Task = task with { ComputeUnits = 1 } }], [])));
        var other = new SeatSecretOpening(s_gpu, opening.EscalationSecret);
        foreach (TaskSettlementRecord wrong in new[] { settlement with { SeatSecret = s_gpu }, settlement with { SeatSecret = other.SeatSecret, Opening = other } })
        {
            Assert.Equal($"WorkloadNotInQueue(workloadHash: {s_workload})", await RefusalAsync(sender, registry, registry.Settle(1, [wrong], [])));
        }

        foreach (TaskSettlementRecord right in new[] { settlement, settlement with { Opening = opening } })
        {
            Assert.Equal("reverted without data", await RefusalAsync(sender, registry, registry.Settle(1, [right], [])));
        }

        Assert.Throws<ArgumentException>(() => registry.Settle(1, [settlement with { Opening = other }], []));
        Assert.Throws<ArgumentException>(() => registry.Settle(1, [settlement with { Claims = [settlement.Claims[1], settlement.Claims[0]] }], []));
        Assert.Throws<ArgumentException>(() => registry.Settle(1, [settlement with { Claims = [settlement.Claims[0] with { Seat = 7 }] }], []));
        Assert.Throws<ArgumentException>(() => registry.Settle(1, [settlement with { Claims = [settlement.Claims[0] with { Duration = 1ul << 40 }] }], []));
        await Assert.ThrowsAsync<ContractRevertedException>(() => registry.GetSeatsOfAsync(1, task, secret, BlockTag.Latest, Cancellation));
        ContractRevertedException fault = await Assert.ThrowsAsync<ContractRevertedException>(() => registry.GetBatchAsync(9, BlockTag.Latest, Cancellation));
        Assert.Equal("BatchUnknown(batchId: 9)", fault.Error?.ToString());

        // The digest the contract verifies is the digest EIP-712 gives here.
        var domain = new Eip712Domain { Name = "AIT", Version = "1", ChainId = 31337, VerifyingContract = registry.Address };
        Hash256 expected = Eip712.Digest(domain, Eip712.HashStruct(
            "WorkAttestation(bytes32 taskId,bytes32 workloadHash,bytes32 resultHash,bytes32 gpuId,uint64 duration)",
            taskId, s_workload, s_gpu, s_gpu, AbiWord.Of(1000UL)));
        Assert.Equal(expected, await registry.GetWorkAttestationDigestAsync(taskId, s_workload, s_gpu, s_gpu, 1000, BlockTag.Latest, Cancellation));

        Assert.Equal($"WorkloadNotOpen(workloadId: {s_gpu})", await RefusalAsync(sender, registry, registry.Redeem(BigInteger.Pow(10, 18), s_gpu)));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task View_namesTheAddressIfNoContractIsThere()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        var token = new AITokenContract(Address.Zero, chain.Client);
        RpcException fault = await Assert.ThrowsAsync<RpcException>(() => token.GetTotalSupplyAsync(BlockTag.Latest, Cancellation));
        Assert.Contains("expected a contract at", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(TransactionSender sender, Contract contract, TransactionRequest request)
    {
        SendResult.WouldRevert refused = Assert.IsType<SendResult.WouldRevert>(await sender.SendAsync(request, Cancellation));
        return contract.DecodeError(refused.Reason.Data.AsSpan()).ToString();
    }

    private static async Task<DeviceRegistryContract> DeployDevicesAsync(Anvil chain, TransactionSender sender) => new(
        await DeployAsync(
            sender,
            "DeviceRegistry",
            Address.Parse("0x00000000000000000000000000000000000000bb"),
            Address.Zero,
            Address.Zero,
            sender.Account,
            AbiValue.List(s_workload),
            AbiValue.List(2u, 4u, 4u, 4u),
            Address.Zero,
            Address.Zero),
        chain.Client);

    private static async Task<Address> DeployAsync(TransactionSender sender, string name, params AbiValue[] arguments)
    {
        SendResult result = await new ContractDeployer(sender).DeployAsync(ContractArtifact.Load(name), arguments, name, Cancellation);
        return Assert.IsType<SendResult.Mined>(result).Receipt.ContractAddress ?? throw new InvalidOperationException("The creation made no contract.");
    }
}
