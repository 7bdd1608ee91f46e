namespace Ait.Chain.Contracts;

/// <summary>What the typed token relies on; compared with the checked-in ABI by a test.</summary>
internal static class AITokenSignatures
{
    public const string Name = "name()";
    public const string Symbol = "symbol()";
    public const string Decimals = "decimals()";
    public const string TotalSupply = "totalSupply()";
    public const string BalanceOf = "balanceOf(address)";
    public const string Allowance = "allowance(address,address)";
    public const string Registry = "registry()";
    public const string Transfer = "transfer(address,uint256)";
    public const string BurnedByHolders = "burnedByHolders()";
    public const string Burn = "burn(uint256)";
    public const string Approve = "approve(address,uint256)";

    public const string HolderBurnedEvent = "HolderBurned(address,uint256)";
    public const string TransferEvent = "Transfer(address,address,uint256)";
}
