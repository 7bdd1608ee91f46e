using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>A deployed contract: an address, a node and an ABI. Typed contracts derive from it.</summary>
public class Contract
{
    private readonly ImmutableArray<ContractAbi> _errorSources;

    /// <summary>A contract whose reverts may also carry errors of the contracts it calls.</summary>
    public Contract(Address address, EthereumClient client, ContractAbi abi, params ImmutableArray<ContractAbi> callees)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(abi);
        Address = address;
        Client = client;
        Abi = abi;
        _errorSources = [abi, .. callees.IsDefault ? [] : callees];
    }

    /// <summary>Where it is.</summary>
    public Address Address { get; }

    /// <summary>The node that is asked.</summary>
    public EthereumClient Client { get; }

    /// <summary>Its functions, events and errors.</summary>
    public ContractAbi Abi { get; }

    /// <summary>The calldata of a function, named uniquely or by its signature.</summary>
    public byte[] EncodeCall(string function, params ReadOnlySpan<AbiValue> arguments) => Abi.Function(function).EncodeCall(arguments);

    /// <summary>The transaction that calls a function.</summary>
    public TransactionRequest Transaction(string function, params ReadOnlySpan<AbiValue> arguments) =>
        new() { To = Address, Data = ImmutableArray.Create(EncodeCall(function, arguments)) };

    /// <summary>Simulates a function on the state after a block, as an account.</summary>
    /// <exception cref="RpcException">The node gave no usable answer, or one that is not of the function's outputs.</exception>
    public async Task<ContractCall> CallAsync(
        string function, ImmutableArray<AbiValue> arguments, Address from, BlockTag block, CancellationToken cancellation)
    {
        AbiFunction called = Abi.Function(function);
        var request = new CallRequest { From = from, To = Address, Data = called.EncodeCall(arguments.AsSpan()) };
        CallResult result = await Client.CallAsync(request, block, cancellation).ConfigureAwait(false);
        if (result is not CallResult.Returned returned)
        {
            return new ContractCall.Reverted(DecodeError(((CallResult.Reverted)result).Data.AsSpan()));
        }

        if (returned.Data.IsEmpty && called.Outputs.Length > 0)
        {
            throw new RpcException(RpcFailure.BadResponse, $"{called.Signature}: expected a contract at {Address}, found none.");
        }

        return called.TryDecodeResult(returned.Data.AsSpan(), out ImmutableArray<AbiValue> values, out DecodeFault? fault)
            ? new ContractCall.Returned(values)
            : throw new RpcException(RpcFailure.BadResponse, $"{called.Signature}: {fault}");
    }

    /// <summary>Asks a view, on the state after a block.</summary>
    /// <exception cref="ContractRevertedException">The view reverted.</exception>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<ImmutableArray<AbiValue>> ViewAsync(string function, ImmutableArray<AbiValue> arguments, BlockTag block, CancellationToken cancellation) =>
        await CallAsync(function, arguments, Address.Zero, block, cancellation).ConfigureAwait(false) switch
        {
            ContractCall.Returned returned => returned.Values,
            ContractCall.Reverted reverted => throw new ContractRevertedException(function, reverted.Error),
            var other => throw new InvalidOperationException($"Expected a result of a call, found {other.GetType().Name}."),
        };

    /// <summary>Decodes revert data by the errors of this contract and of those it calls.</summary>
    public ContractError DecodeError(ReadOnlySpan<byte> data) => ContractError.Decode(data, _errorSources.AsSpan());

    /// <summary>Decodes a log; false if it is of another contract or of no event of this one.</summary>
    public bool TryDecodeEvent(Log log, [NotNullWhen(true)] out ContractEvent? decoded)
    {
        ArgumentNullException.ThrowIfNull(log);
        decoded = null;
        return log.Address == Address && Abi.TryDecodeLog(log.Topics.AsSpan(), log.Data.AsSpan(), out decoded);
    }
}
