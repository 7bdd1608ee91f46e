using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/economics</c>: the rates in force and who may change them, as the contracts say.</summary>
/// <param name="MintWei">Wei of AIT minted per CU and paid seat, decimal.</param>
/// <param name="RedeemWei">Wei of AIT burned per CU bought, decimal.</param>
/// <param name="LeastRedeemWei">The lowest redeem price there ever was, per CU; bounds the mint rate.</param>
/// <param name="MostPaidSeats">Paid seats a task can have; that many mints stay below the redeem price.</param>
/// <param name="AuditShare">Of 65,536 tasks so many settle only if a further seat agrees.</param>
/// <param name="MintedWei">AIT minted so far.</param>
/// <param name="BurnedWei">AIT burned so far.</param>
/// <param name="SupplyWei">The token's total supply.</param>
/// <param name="Governor">The account that changes rates.</param>
/// <param name="ProposedGovernor">Its named successor; zero if none.</param>
/// <param name="Classes">The device classes.</param>
/// <param name="Subsidy">What work that nobody redeems for may mint.</param>
public sealed record EconomicsResponse(
    string MintWei,
    string RedeemWei,
    string LeastRedeemWei,
    int MostPaidSeats,
    int AuditShare,
    string MintedWei,
    string BurnedWei,
    string SupplyWei,
    Address Governor,
    Address ProposedGovernor,
    IReadOnlyList<EconomicsClass> Classes,
    EconomicsSubsidy Subsidy);
