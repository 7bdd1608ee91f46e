using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Telling;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A coordinator that gives out letters and is never heard of again: its bond pays them, to the operator that was asked.</summary>
public sealed class LettersThatPay : Devnet
{
    private protected override LocalNetworkOptions Shape(LocalNetworkOptions options) => options with { TaskLifetime = TimeSpan.FromMinutes(2) };

    [Fact(Timeout = 1_200_000)]
    public async Task Letter_isPaidFromTheBondOfACoordinatorThatNeverReveals()
    {
        Require(this);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await RegisteredAsync(5, cancellation);
        ModelResponse model = await ModelAsync(cancellation);
        foreach (Hash256 workload in await QueueAsync([WorkloadText.OfPrompt("To put up:", 100, model)], cancellation))
        {
            await SettledAsync(workload, cancellation);
        }

        // What the coordinator puts up is what somebody else earned.
        using Secp256k1PrivateKey coordinator = Local.Key("coordinator");
        (string richest, BigInteger balance) = await RichestAsync(cancellation);
        using Secp256k1PrivateKey holder = KeyFile.Open(richest);
        await Network.Chain.SendAsync(holder, Network.Network.Token, NetworkAccess.Token.Function("transfer").EncodeCall(coordinator.Address, balance), cancellation);
        JsonObject bond = await RunAsync(0, cancellation, "bond", "deposit", Amounts.Text(balance), "--as", "coordinator");

        // 0.01 AIT, as deployed, is more than this network earns in a test: the governor makes a letter cost a twentieth of the bond.
        BigInteger pay = balance / 20;
        await GovernAsync(new CoordinatorBondContract(Address.Parse((string)bond["contract"]!), Network.Chain.Client), pay, cancellation);

        using Secp256k1PrivateKey operatorKey = Local.Key("mallory");
        await Local.EndowAsync([operatorKey.Address], cancellation);
        using Adversary silent = await Adversary.CreateAsync(Network, Local.Hardware, operatorKey, TimeProvider.System, cancellation);
        Adversary.Registration registration = await silent.PrepareAsync(cancellation);
        await silent.EnrolAsync(registration, cancellation);
        await silent.RegisterAsync(registration, cancellation);
        await RegisteredAsync(6, cancellation);

        // The others stop, so that no task can settle, and the coordinator as soon as somebody holds letters.
        foreach (MinerPlan miner in Local.Miners)
        {
            await Local.StopProgramAsync(miner.Name);
        }

        IReadOnlyList<SeatLetter> letters = [];
        while (letters.Count == 0)
        {
            await QueueAsync(QueueCommand.MadeUp(8, model, TimeProvider.System.GetUtcNow()), cancellation);
            letters = await silent.LeaseAsync(5_000, cancellation);
        }

        await Local.StopProgramAsync("coordinator");
        string folder = Directory.CreateDirectory(Path.Combine(Local.State.Path, "letters-of-mallory")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(folder, "any.letters"), letters.Select(letter => Hex.Encode(letter.ToBytes())), cancellation);
        JsonObject early = await RunAsync(0, cancellation, "letter", "claim", folder);
        Assert.All(Outcomes(early), outcome => Assert.StartsWith("ClaimTooEarly", outcome, StringComparison.Ordinal));

        await Network.Chain.Client.Rpc.CallAsync("evm_increaseTime", new JsonArray(300), cancellation);
        await Network.Chain.Client.Rpc.CallAsync("evm_mine", [], cancellation);
        JsonObject claimed = await RunAsync(0, cancellation, "letter", "claim", folder);
        Assert.Equal(0, (int)claimed["unreadable"]!);
        Assert.Equal(Enumerable.Repeat("paid", letters.Count), Outcomes(claimed));
        BigInteger paid = pay * letters.Count;
        Assert.Equal(paid, await Network.BalanceAsync(operatorKey.Address, cancellation));
        Assert.Equal((balance - paid).ToString(CultureInfo.InvariantCulture), (string?)(await RunAsync(0, cancellation, "bond", "show", "--as", "coordinator"))["bondWei"]);
        Assert.All(Outcomes(await RunAsync(0, cancellation, "letter", "claim", folder)), outcome => Assert.StartsWith("LetterAlreadyPaid", outcome, StringComparison.Ordinal));
        Assert.True((bool?)(await RunAsync(0, cancellation, "audit"))["holds"]);
    }

    /// <summary>Sets what a letter is paid, as the timelock that governs the bond; the dev chain takes its transactions unsigned.</summary>
    private async Task GovernAsync(CoordinatorBondContract bond, BigInteger pay, CancellationToken cancellation)
    {
        Address governor = await bond.GetGovernorAsync(BlockTag.Latest, cancellation);
        TransactionRequest request = bond.SetTerms(await bond.GetTermsAsync(BlockTag.Latest, cancellation) with { LetterPay = pay });
        await Network.Chain.SetBalanceAsync(governor, BigInteger.Pow(10, 18), cancellation);
        JsonRpcClient rpc = Network.Chain.Client.Rpc;
        await rpc.CallAsync("anvil_impersonateAccount", new JsonArray(governor.ToString()), cancellation);
        JsonElement hash = await rpc.CallAsync(
            "eth_sendTransaction", [new JsonObject { ["from"] = governor.ToString(), ["to"] = bond.Address.ToString(), ["data"] = Hex.Encode(request.Data.AsSpan()) }], cancellation);
        await Network.Chain.ReceiptAsync(Hash256.Parse(hash.GetString()!), cancellation);
        Assert.Equal(pay, (await bond.GetTermsAsync(BlockTag.Latest, cancellation)).LetterPay);
    }

    private static IEnumerable<string?> Outcomes(JsonObject claimed) => claimed["letters"]!.AsArray().Select(letter => (string?)letter!["outcome"]);
}
