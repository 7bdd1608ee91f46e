using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;

namespace Ait.Cli.Telling;

/// <summary>
/// What was minted, burned and is held, from the chain's logs and calls alone. Every sum is made twice, from different
/// events, and the two must be equal.
/// </summary>
internal sealed class BalanceSheet
{
    private BalanceSheet(IReadOnlyList<Line> lines, IReadOnlyList<Account> accounts, IReadOnlyList<Check> checks)
    {
        Lines = lines;
        Accounts = accounts;
        Checks = checks;
    }

    internal IReadOnlyList<Line> Lines { get; }

    internal IReadOnlyList<Account> Accounts { get; }

    internal IReadOnlyList<Check> Checks { get; }

    internal bool AddsUp => Checks.All(check => check.Holds);

    internal static async Task<BalanceSheet> ReadAsync(NetworkAccess network, CancellationToken cancellation)
    {
        IReadOnlyList<(Log Log, ContractEvent Event)> events = await network.Chain
            .EventsAsync([network.Network.MiningRegistry, network.Network.Token], cancellation).ConfigureAwait(false);
        List<(Hash256 TaskId, SettledTaskRecord Task)> tasks =
            [.. events.Where(found => found.Event.Name == "TasksSettled").SelectMany(found => network.SettledTasks(found.Event))];
        BigInteger settled = tasks.Aggregate(Sum(events, "SeatsAdded", "minted"), (sum, found) => sum + found.Task.Minted);
        BigInteger released = Sum(events, "SeatReleased", "amount");
        int seats = tasks.Sum(found => found.Task.SeatsPaid) + events.Where(found => found.Event.Name == "SeatsAdded").Sum(found => PaidSeats(found.Event));
        BigInteger redeemed = Sum(events, "Redeemed", "aitAmount");
        BigInteger byHolders = Sum(events, "HolderBurned", "amount");
        List<ContractEvent> transfers = [.. events.Select(found => found.Event).Where(found => found.Name == "Transfer")];
        BigInteger minted = Sum(transfers.Where(transfer => transfer["from"].AsAddress() == Address.Zero));
        BigInteger burned = Sum(transfers.Where(transfer => transfer["to"].AsAddress() == Address.Zero));
        BigInteger supply = await network.SupplyAsync(cancellation).ConfigureAwait(false);
        BigInteger totalMinted = (await network.MiningAsync("totalMinted", cancellation).ConfigureAwait(false)).AsBigInteger();
        BigInteger totalBurned = (await network.MiningAsync("totalBurned", cancellation).ConfigureAwait(false)).AsBigInteger();
        int distinct = tasks.Select(found => found.TaskId).Distinct().Count();

        var accounts = new List<Account>();
        foreach (Address owner in transfers.SelectMany(transfer => new[] { transfer["from"].AsAddress(), transfer["to"].AsAddress() })
            .Where(owner => owner != Address.Zero).Distinct())
        {
            BigInteger received = Sum(transfers.Where(transfer => transfer["to"].AsAddress() == owner));
            BigInteger given = Sum(transfers.Where(transfer => transfer["from"].AsAddress() == owner));
            BigInteger earned = Sum(transfers.Where(transfer => transfer["from"].AsAddress() == Address.Zero && transfer["to"].AsAddress() == owner));
            BigInteger balance = await network.BalanceAsync(owner, cancellation).ConfigureAwait(false);
            accounts.Add(new Account(owner, earned, received, given, balance));
        }

        List<Check> checks =
        [
            new("minted by the token = Σ over settled tasks and released pay", minted, settled + released),
            new("Σ over settled tasks = Σ over what holders earned − released pay", settled, Earned(accounts) - released),
            new("the registry's total minted = minted by the token", totalMinted, minted),
            new("burned by the token = Σ over redemptions + Σ over holders' burns", burned, redeemed + byHolders),
            new("the registry's total burned = burned by the token − holders' burns", totalBurned, burned - byHolders),
            new("supply = minted − burned", supply, minted - burned),
            new("supply = Σ over balances", supply, accounts.Aggregate(BigInteger.Zero, (sum, account) => sum + account.Balance)),
            new("no task settled twice", tasks.Count, distinct),
            .. accounts.Select(account => new Check($"balance of {account.Owner} = received − given", account.Balance, account.Received - account.Given)),
        ];
        List<Line> lines =
        [
            new("settled tasks", tasks.Count, IsAmount: false),
            new("paid seats", seats, IsAmount: false),
            new("minted", minted, IsAmount: true),
            new("burned", burned, IsAmount: true),
            new("supply", supply, IsAmount: true),
        ];
        return new BalanceSheet(lines, accounts, checks);
    }

    private static BigInteger Earned(IEnumerable<Account> accounts) =>
        accounts.Aggregate(BigInteger.Zero, (sum, account) => sum + account.Earned);

    private static int PaidSeats(ContractEvent added) =>
        SeatOutcomes.Read(added["seats"].AsBigInteger()).Count(seat => seat.Code == SeatOutcomes.Paid);

    private static BigInteger Sum(IReadOnlyList<(Log Log, ContractEvent Event)> events, string name, string argument) =>
        events.Where(found => found.Event.Name == name).Aggregate(BigInteger.Zero, (sum, found) => sum + found.Event[argument].AsBigInteger());

    private static BigInteger Sum(IEnumerable<ContractEvent> transfers) =>
        transfers.Aggregate(BigInteger.Zero, (sum, transfer) => sum + transfer["value"].AsBigInteger());

    /// <summary>One figure of the sheet.</summary>
    internal sealed record Line(string What, BigInteger Value, bool IsAmount);

    /// <summary>One holder: what seats earned it, what came and went by the token's logs, and what the token says it has.</summary>
    internal sealed record Account(Address Owner, BigInteger Earned, BigInteger Received, BigInteger Given, BigInteger Balance);

    /// <summary>Two figures that must be equal.</summary>
    internal sealed record Check(string What, BigInteger Left, BigInteger Right)
    {
        internal bool Holds => Left == Right;
    }
}
