using System.Numerics;

using Ait.Chain.Rpc;

namespace Ait.Chain.Transactions;

/// <content>From the node's pool to a receipt.</content>
public sealed partial class TransactionSender
{
    /// <summary>How often a used nonce must be seen without a receipt before it counts as lost: nodes index receipts a little late.</summary>
    private const int LooksBeforeLost = 3;

    /// <summary>Gas of a transfer without data (Ethereum yellow paper, G_transaction).</summary>
    private const ulong PlainTransferGas = 21_000;

    private async Task<SendResult> WatchAsync(Sending sending, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        long lastSigned = start;
        long lastBroadcast = start;
        int lostLooks = 0;
        int resubmissions = 0;
        while (true)
        {
            try
            {
                if (await FindReceiptAsync(sending, cancellation).ConfigureAwait(false) is { } receipt)
                {
                    if (await IsDeepAsync(receipt, cancellation).ConfigureAwait(false))
                    {
                        return await FinishAsync(sending, receipt, cancellation).ConfigureAwait(false);
                    }
                }
                else if (await _client.GetTransactionCountAsync(Account, BlockTag.Latest, cancellation).ConfigureAwait(false) > sending.Nonce)
                {
                    if (++lostLooks >= LooksBeforeLost)
                    {
                        if (++resubmissions > MaxResubmissions)
                        {
                            return new SendResult.NotMined(sending.Attempts[^1].Hash);
                        }

                        if (await ResubmitAsync(sending, cancellation).ConfigureAwait(false) is { } refused)
                        {
                            return refused;
                        }

                        lostLooks = 0;
                        lastSigned = lastBroadcast = _time.GetTimestamp();
                    }
                }
                else
                {
                    lostLooks = 0;
                    if (_time.GetElapsedTime(lastSigned) >= _options.StuckAfter)
                    {
                        await FillGapAsync(sending, cancellation).ConfigureAwait(false);
                        await RepriceAsync(sending, cancellation).ConfigureAwait(false);
                        lastSigned = lastBroadcast = _time.GetTimestamp();
                    }
                    else if (_time.GetElapsedTime(lastBroadcast) >= _options.RebroadcastAfter)
                    {
                        await FillGapAsync(sending, cancellation).ConfigureAwait(false);
                        await BroadcastAsync(sending.Attempts[^1], cancellation).ConfigureAwait(false);
                        lastBroadcast = _time.GetTimestamp();
                    }
                }
            }
            catch (RpcException fault) when (fault.Failure is RpcFailure.Transport or RpcFailure.Timeout && _time.GetElapsedTime(start) < _options.Deadline)
            {
                // The node is away for a while; the transaction is not.
            }

            if (_time.GetElapsedTime(start) >= _options.Deadline)
            {
                return new SendResult.NotMined(sending.Attempts[^1].Hash);
            }

            await Task.Delay(_options.PollInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<TransactionReceipt?> FindReceiptAsync(Sending sending, CancellationToken cancellation)
    {
        for (int i = sending.Attempts.Count - 1; i >= 0; i--)
        {
            if (await _client.GetTransactionReceiptAsync(sending.Attempts[i].Hash, cancellation).ConfigureAwait(false) is { } receipt)
            {
                return receipt;
            }
        }

        return null;
    }

    private async Task<bool> IsDeepAsync(TransactionReceipt receipt, CancellationToken cancellation)
    {
        if (_options.Confirmations == 1)
        {
            return true;
        }

        ulong head = await _client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        return head + 1 >= receipt.BlockNumber + _options.Confirmations;
    }

    private async Task<SendResult> FinishAsync(Sending sending, TransactionReceipt receipt, CancellationToken cancellation)
    {
        Eip1559Transaction sent = sending.Attempts[^1].Transaction;
        SendResult result = await ResultOfAsync(
            receipt,
            new TransactionRequest { To = sent.To, Data = sent.Data, Value = sent.Value, GasLimit = sent.GasLimit },
            cancellation).ConfigureAwait(false);
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _journal.AppendAsync(new JournalEntry.Finished(sending.Key, receipt.TransactionHash), CancellationToken.None).ConfigureAwait(false);
            Release(sending);
            sending.Finish(receipt.TransactionHash);
        }
        finally
        {
            _gate.Release();
        }

        return result;
    }

    /// <summary>Another transaction used the nonce: none of ours can be mined any more, so it is signed at a new one.</summary>
    private async Task<SendResult?> ResubmitAsync(Sending sending, CancellationToken cancellation)
    {
        Eip1559Transaction lost = sending.Attempts[^1].Transaction;
        (BigInteger priority, BigInteger max) = await FeesAsync(cancellation).ConfigureAwait(false);
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Release(sending);
        }
        finally
        {
            _gate.Release();
        }

        return await SubmitAsync(sending, lost with { MaxPriorityFeePerGas = priority, MaxFeePerGas = max }, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// A transaction can wait only for those of lower nonces. Where a reorganisation took such a one back after it was finished, and the
    /// node has lost it, nobody sends it again: a transfer of nothing to the account itself takes its nonce. It is not journaled, since
    /// it changes nothing whether it is mined or not.
    /// </summary>
    private async Task FillGapAsync(Sending sending, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ulong pending = await _client.GetTransactionCountAsync(Account, BlockTag.Pending, cancellation).ConfigureAwait(false);
            ulong end = Math.Min(sending.Nonce, pending + MaxNonceAttempts);
            for (ulong nonce = pending; nonce < end; nonce++)
            {
                if (_open.TryGetValue(nonce, out Sending? waiting))
                {
                    await BroadcastAsync(waiting.Attempts[^1], cancellation).ConfigureAwait(false);
                    continue;
                }

                (BigInteger priority, BigInteger max) = await FeesAsync(cancellation).ConfigureAwait(false);
                var nothing = new Eip1559Transaction
                {
                    ChainId = _chainId, Nonce = nonce, MaxPriorityFeePerGas = priority, MaxFeePerGas = max, GasLimit = PlainTransferGas, To = Account,
                };
                await BroadcastAsync(nothing.Sign(_key), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Signs the same transaction at higher fees, unless the cap leaves no room for a rise that nodes accept.</summary>
    private async Task RepriceAsync(Sending sending, CancellationToken cancellation)
    {
        Eip1559Transaction last = sending.Attempts[^1].Transaction;
        (BigInteger priority, BigInteger max) = await FeesAsync(cancellation).ConfigureAwait(false);
        max = BigInteger.Max(max, Raised(last.MaxFeePerGas));
        priority = BigInteger.Min(max, BigInteger.Max(priority, Raised(last.MaxPriorityFeePerGas)));
        if (max > _options.MaxFeePerGas)
        {
            await BroadcastAsync(sending.Attempts[^1], cancellation).ConfigureAwait(false);
            return;
        }

        SignedTransaction raised = (last with { MaxPriorityFeePerGas = priority, MaxFeePerGas = max }).Sign(_key);
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _journal.AppendAsync(new JournalEntry.Signed(sending.Key, raised.Raw), cancellation).ConfigureAwait(false);
            sending.Add(raised);
        }
        finally
        {
            _gate.Release();
        }

        await BroadcastAsync(raised, cancellation).ConfigureAwait(false);
    }

    /// <summary>Rounded up and at least one wei more: nodes refuse a replacement unless both fees rise, a priority fee of zero included.</summary>
    private BigInteger Raised(BigInteger fee) => BigInteger.Max(fee + 1, ((fee * (1000 + _options.BumpThousandths)) + 999) / 1000);

    /// <summary>Under the gate: gives up the nonce, unless another send took it meanwhile.</summary>
    private void Release(Sending sending)
    {
        if (_open.TryGetValue(sending.Nonce, out Sending? holder) && ReferenceEquals(holder, sending))
        {
            _open.Remove(sending.Nonce);
        }
    }
}
