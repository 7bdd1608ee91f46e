using System.Numerics;

using Ait.Chain.Rpc;

namespace Ait.Chain.Transactions;

/// <content>From a request to a transaction in the node's pool.</content>
public sealed partial class TransactionSender
{
    private enum Reception
    {
        /// <summary>The node has it.</summary>
        Accepted,

        /// <summary>Another transaction has the nonce.</summary>
        NonceTaken,

        /// <summary>The node refused it for what it is.</summary>
        Rejected,

        /// <summary>No answer: the node may have it or not.</summary>
        Unknown,
    }

    private async Task<SendResult?> StartAsync(Sending sending, TransactionRequest request, CancellationToken cancellation)
    {
        ulong gas;
        if (request.GasLimit is { } limit)
        {
            gas = limit;
        }
        else
        {
            var call = new CallRequest { From = Account, To = request.To, Data = request.Data.AsMemory(), Value = request.Value };
            switch (await EstimateAsync(call, cancellation).ConfigureAwait(false))
            {
                case (GasEstimate.Estimated estimated, _):
                    gas = WithMargin(estimated.Gas);
                    break;
                case (GasEstimate.Reverted reverted, _):
                    return new SendResult.WouldRevert(reverted.Call);
                case var (_, refusal):
                    return new SendResult.Rejected(refusal);
            }
        }

        (BigInteger priority, BigInteger max) = await FeesAsync(cancellation).ConfigureAwait(false);
        var unsigned = new Eip1559Transaction
        {
            ChainId = _chainId,
            Nonce = 0,
            MaxPriorityFeePerGas = priority,
            MaxFeePerGas = max,
            GasLimit = gas,
            To = request.To,
            Value = request.Value,
            Data = request.Data,
        };
        return await SubmitAsync(sending, unsigned, cancellation).ConfigureAwait(false);
    }

    /// <summary>Nodes refuse to estimate for an account without funds by an error that is no revert.</summary>
    private async Task<(GasEstimate? Estimate, string Refusal)> EstimateAsync(CallRequest call, CancellationToken cancellation)
    {
        try
        {
            return (await _client.EstimateGasAsync(call, BlockTag.Latest, cancellation).ConfigureAwait(false), string.Empty);
        }
        catch (RpcException fault) when (fault.Failure == RpcFailure.RpcError)
        {
            return (null, fault.RpcMessage);
        }
    }

    private ulong WithMargin(ulong estimate)
    {
        ulong margin = (ulong)((UInt128)estimate * (uint)_options.GasMarginPercent / 100);
        return Math.Max(estimate, Math.Min(estimate + margin, _options.MaxGasLimit));
    }

    /// <summary>Takes a nonce, signs, journals and broadcasts; null when the transaction is on its way.</summary>
    private async Task<SendResult?> SubmitAsync(Sending sending, Eip1559Transaction unsigned, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ulong least = 0;
            for (int attempt = 0; attempt < MaxNonceAttempts; attempt++)
            {
                ulong nonce = await NextNonceAsync(least, cancellation).ConfigureAwait(false);
                SignedTransaction transaction = (unsigned with { Nonce = nonce }).Sign(_key);
                await _journal.AppendAsync(new JournalEntry.Signed(sending.Key, transaction.Raw), cancellation).ConfigureAwait(false);
                sending.Add(transaction);
                _open[nonce] = sending;
                (Reception reception, string message) = await BroadcastAsync(transaction, cancellation).ConfigureAwait(false);
                switch (reception)
                {
                    case Reception.Accepted or Reception.Unknown:
                        return null;
                    case Reception.Rejected:
                        _open.Remove(nonce);
                        await _journal.AppendAsync(new JournalEntry.Finished(sending.Key, null), CancellationToken.None).ConfigureAwait(false);
                        sending.Finish(null);
                        return new SendResult.Rejected(message);
                    default:
                        // A broadcast repeated after a lost answer may find its own transaction mined.
                        if (await _client.GetTransactionReceiptAsync(transaction.Hash, cancellation).ConfigureAwait(false) is not null)
                        {
                            return null;
                        }

                        _open.Remove(nonce);
                        least = nonce + 1;
                        break;
                }
            }

            throw new RpcException(RpcFailure.BadResponse, $"Expected a free nonce for {Account} within {MaxNonceAttempts} attempts, found each taken.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The lowest nonce that neither the node nor this process has given away. Under the gate.</summary>
    private async Task<ulong> NextNonceAsync(ulong least, CancellationToken cancellation)
    {
        ulong pending = await _client.GetTransactionCountAsync(Account, BlockTag.Pending, cancellation).ConfigureAwait(false);

        // What is open at or above the node's count has not reached its pool, or was dropped from it: hand it over again.
        foreach ((ulong nonce, Sending sending) in _open.Where(entry => entry.Key >= pending).ToArray())
        {
            (Reception reception, _) = await BroadcastAsync(sending.Attempts[^1], cancellation).ConfigureAwait(false);
            if (reception is Reception.Rejected or Reception.NonceTaken)
            {
                _open.Remove(nonce);
            }
        }

        ulong next = Math.Max(pending, least);
        while (_open.ContainsKey(next))
        {
            next++;
        }

        return next;
    }

    private async Task<(Reception Reception, string Message)> BroadcastAsync(SignedTransaction transaction, CancellationToken cancellation)
    {
        try
        {
            await _client.SendRawTransactionAsync(transaction.Raw.AsMemory(), cancellation).ConfigureAwait(false);
            return (Reception.Accepted, string.Empty);
        }
        catch (RpcException fault) when (fault.Failure == RpcFailure.RpcError)
        {
            return (Classify(fault.RpcMessage), fault.RpcMessage);
        }
        catch (RpcException fault)
        {
            return (Reception.Unknown, fault.Message);
        }
    }

    /// <summary>The words of geth, Erigon, Nethermind, Besu, Reth and anvil; none of them has codes for these.</summary>
    private static Reception Classify(string message)
    {
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (Says("already known") || Says("alreadyknown") || Says("already imported") || Says("known transaction") || Says("already_exists"))
        {
            return Reception.Accepted;
        }

        bool nonceTaken = Says("nonce too low") || Says("nonce is too low") || Says("oldnonce") || Says("nonce_too_low") || Says("replacement");
        return nonceTaken ? Reception.NonceTaken : Reception.Rejected;
    }
}
