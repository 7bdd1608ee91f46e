namespace Ait.Chain.Contracts;

/// <summary>What both bonds have; compared with the checked-in ABI by a test.</summary>
internal static class BondSignatures
{
    public const string Deposit = "deposit(address,uint256)";
    public const string Unbond = "unbond(uint256)";
    public const string Withdraw = "withdraw()";
    public const string BondOf = "bondOf(address)";
    public const string UnbondingOf = "unbondingOf(address)";
    public const string TotalBonded = "totalBonded()";
    public const string UnbondingDelay = "unbondingDelay()";
    public const string Token = "token()";

    public const string BondDepositedEvent = "BondDeposited(address,address,uint256)";
    public const string UnbondingStartedEvent = "UnbondingStarted(address,uint256)";
    public const string BondWithdrawnEvent = "BondWithdrawn(address,uint256)";
    public const string BondBurnedEvent = "BondBurned(address,uint256)";
}
