using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>AIT that accounts put up: what the bonds of coordinators and of operators have in common.</summary>
public abstract class BondContract : GovernedContract
{
    private protected BondContract(Address address, EthereumClient client, ContractAbi abi)
        : base(address, client, abi)
    {
    }

    /// <summary>Adds AIT of the sender, who approved it, to an account's bond.</summary>
    public TransactionRequest Deposit(Address account, BigInteger amount) => Transaction(BondSignatures.Deposit, account, amount);

    /// <summary>Asks for a part of the sender's bond; what already waits waits anew.</summary>
    public TransactionRequest Unbond(BigInteger amount) => Transaction(BondSignatures.Unbond, amount);

    /// <summary>Takes out what the sender asked for, once it has waited long enough.</summary>
    public TransactionRequest Withdraw() => Transaction(BondSignatures.Withdraw);

    /// <summary>An account's bond in wei, what waits to be withdrawn included.</summary>
    public async Task<BigInteger> GetBondOfAsync(Address account, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(BondSignatures.BondOf, [account], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>What of it waits to be withdrawn, and from when on it can be, unix seconds; zeros if nothing waits.</summary>
    public async Task<(BigInteger Amount, ulong WithdrawableAt)> GetUnbondingOfAsync(Address account, BlockTag block, CancellationToken cancellation)
    {
        ImmutableArray<AbiValue> values = await ViewAsync(BondSignatures.UnbondingOf, [account], block, cancellation).ConfigureAwait(false);
        return (values[0].AsBigInteger(), values[1].AsUInt64());
    }

    /// <summary>The sum of all bonds, wei.</summary>
    public async Task<BigInteger> GetTotalBondedAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(BondSignatures.TotalBonded, [], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();

    /// <summary>Seconds from asking to taking out.</summary>
    public async Task<ulong> GetUnbondingDelayAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(BondSignatures.UnbondingDelay, [], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>The token that is put up.</summary>
    public async Task<Address> GetTokenAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(BondSignatures.Token, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();
}
