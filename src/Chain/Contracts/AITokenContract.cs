using System.Diagnostics.CodeAnalysis;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The AI token: an ERC-20 that only its registry mints, and burns for others.</summary>
public sealed class AITokenContract : Contract
{
    /// <summary>A token at an address.</summary>
    public AITokenContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("AIToken").Abi, ContractArtifact.KnownAbis)
    {
    }

    /// <summary>The name.</summary>
    public async Task<string> GetNameAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.Name, [], block, cancellation).ConfigureAwait(false))[0].AsString();

    /// <summary>The symbol.</summary>
    public async Task<string> GetSymbolAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.Symbol, [], block, cancellation).ConfigureAwait(false))[0].AsString();

    /// <summary>Decimal places of one token.</summary>
    public async Task<int> GetDecimalsAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.Decimals, [], block, cancellation).ConfigureAwait(false))[0].AsByte();

    /// <summary>Wei in existence.</summary>
    public async Task<BigInteger> GetTotalSupplyAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.TotalSupply, [], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Wei of an account.</summary>
    public async Task<BigInteger> GetBalanceOfAsync(Address account, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.BalanceOf, [account], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Wei a spender may take from an owner.</summary>
    public async Task<BigInteger> GetAllowanceAsync(Address owner, Address spender, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.Allowance, [owner, spender], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>The registry that mints and burns.</summary>
    public async Task<Address> GetRegistryAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.Registry, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Wei that holders burned of their own, redemptions not among it.</summary>
    public async Task<BigInteger> GetBurnedByHoldersAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(AITokenSignatures.BurnedByHolders, [], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Destroys tokens of the sender and gives nothing for them.</summary>
    public TransactionRequest Burn(BigInteger value) => Transaction(AITokenSignatures.Burn, value);

    /// <summary>Moves tokens of the sender.</summary>
    public TransactionRequest Transfer(Address to, BigInteger value) => Transaction(AITokenSignatures.Transfer, to, value);

    /// <summary>Lets a spender take tokens of the sender.</summary>
    public TransactionRequest Approve(Address spender, BigInteger value) => Transaction(AITokenSignatures.Approve, spender, value);

    /// <summary>Reads a movement of tokens; minting comes from, burning goes to the zero address.</summary>
    public bool TryReadTransfer(Log log, [NotNullWhen(true)] out TokenTransfer? transfer)
    {
        transfer = TryDecodeEvent(log, out ContractEvent? decoded) && decoded.Definition.Signature == AITokenSignatures.TransferEvent
            ? new TokenTransfer(decoded["from"].AsAddress(), decoded["to"].AsAddress(), decoded["value"].AsBigInteger())
            : null;
        return transfer is not null;
    }
}
