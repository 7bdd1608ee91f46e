using Ait.Coordinator.Admitting;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>GET /v1/economics, /v1/governance and /v1/exchange: the rates in force, what holders of AIT decide, and where it trades.</summary>
internal sealed class EconomyEndpoints : IDisposable
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int MicroPerUnit = 1_000_000;

    private readonly GovernanceReader _governance;
    private readonly PerBlock<EconomicsResponse> _economics;
    private readonly PerBlock<IResult> _exchange;

    public EconomyEndpoints(
        GovernanceReader governance, HeadWatch heads, IMiningChain chain, DispatchStore queue, CoordinatorOptions options, Deployment deployment)
    {
        _governance = governance;
        _economics = new PerBlock<EconomicsResponse>(heads, async (_, cancellation) =>
            ToResponse(
                await chain.ReadTotalsAsync(cancellation), await chain.ReadRulesAsync(cancellation), await chain.ReadSubsidyAsync(cancellation), queue.NextSubsidised()));
        _exchange = new PerBlock<IResult>(heads, (head, cancellation) => ReadExchangeAsync(chain, options.ExchangeFile, deployment, head, cancellation));
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/economics", async (CancellationToken cancellation) =>
            Answer.Json(await _economics.ReadAsync(cancellation), ProtocolJson.Default.EconomicsResponse));
        routes.MapGet("/v1/governance", async (HttpContext context, CancellationToken cancellation) =>
            QueryNumber.TryRead(context, "offset", 0, 0, int.MaxValue, out long offset, out Refusal? refusal)
            && QueryNumber.TryRead(context, "limit", DefaultLimit, 1, MaxLimit, out long limit, out refusal)
                ? await _governance.ReadAsync((int)offset, (int)limit, cancellation) is { } governance
                    ? Answer.Json(governance, ProtocolJson.Default.GovernanceResponse)
                    : Answer.Problem(new Refusal(
                        ProblemCodes.NotFound, "AIT does not vote here.", "a deployment with an AitGovernor", "none", "Ask the account that GET /v1/economics names as governor."))
                : Answer.Problem(refusal));
        routes.MapGet("/v1/exchange", (CancellationToken cancellation) => _exchange.ReadAsync(cancellation));
    }

    public void Dispose()
    {
        _economics.Dispose();
        _exchange.Dispose();
    }

    private static EconomicsResponse ToResponse(RegistryTotals totals, RegistryRules rules, SubsidyState subsidy, ulong? next) => new(
        Wei.Text(totals.MintRate * MicroPerUnit),
        Wei.Text(totals.RedeemPrice * MicroPerUnit),
        Wei.Text(rules.LowestRedeemPrice * MicroPerUnit),
        SeatDraw.MostSeats,
        rules.AuditShare,
        Wei.Text(totals.Minted),
        Wei.Text(totals.Burned),
        Wei.Text(totals.Supply),
        rules.Governor,
        rules.ProposedGovernor,
        [.. rules.Classes.Select(one => new EconomicsClass(
            one.DeviceClass, one.ComputeUnitsPerHour, Wei.Text(totals.MintRate * MicroPerUnit * one.ComputeUnitsPerHour),
            one.LeastMillisPerUnit, one.MostMillisPerUnit, one.SlackMillis))],
        new EconomicsSubsidy(
            Wei.Text(subsidy.Available), Wei.Text(subsidy.Charged), Wei.Text(subsidy.Released), Wei.Text(subsidy.Unreleased), Wei.Text(subsidy.Earned),
            subsidy.HalfLifeSeconds, next, next > subsidy.UnitsAt(totals.MintRate)));

    private static async Task<IResult> ReadExchangeAsync(IMiningChain chain, string? path, Deployment deployment, ChainHead head, CancellationToken cancellation)
    {
        try
        {
            return path is null || ExchangeFile.Read(path, deployment) is not { } exchange
                ? Answer.Problem(new Refusal(
                    ProblemCodes.NotFound, "AIT trades nowhere that this coordinator knows.", "a pool of AIT and the chain's coin", "none",
                    "Make one with `ait dex deploy` or `ait dex attach ROUTER`, and name its record to the coordinator with --dex."))
                : await chain.ReadPairAsync(exchange.Pair, cancellation) is { } reserves && reserves.OtherToken == exchange.WrappedCoin
                    ? Answer.Json(
                        new ExchangeResponse(exchange.Pair, exchange.Router, exchange.WrappedCoin, Wei.Text(reserves.Held), Wei.Text(reserves.OtherHeld), head.Number),
                        ProtocolJson.Default.ExchangeResponse)
                    : Broken($"no pair of both tokens at {exchange.Pair}");
        }
        catch (InvalidDataException fault)
        {
            return Broken(fault.Message);
        }
    }

    private static IResult Broken(string found) => Answer.Problem(new Refusal(
        ProblemCodes.Unavailable, "The coordinator's record of the exchange does not serve.", "a record that `ait dex` wrote for this deployment", found,
        "Tell the coordinator's operator: remove the file of --dex and run `ait dex attach` with the chain's router."));
}
