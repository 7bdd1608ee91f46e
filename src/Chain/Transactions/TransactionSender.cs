using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;

using Ait.Chain.Rpc;
using Ait.Chain.Signing;

namespace Ait.Chain.Transactions;

/// <summary>
/// Sends the transactions of one account: as many at once as are asked for, without gaps in the nonces, each exactly once per key
/// across restarts when a journal is given.
/// </summary>
/// <remarks>
/// Shared state: the open nonces and the known keys, guarded by one gate. A nonce is taken, signed, journaled and handed to the node
/// under the gate, so that a refused transaction leaves no hole behind it. Another process may use the same key: the node's pending
/// count is asked each time, and a transaction that lost its nonce to a stranger is signed again at the next one.
/// </remarks>
public sealed partial class TransactionSender : IDisposable
{
    private const int MaxNonceAttempts = 16;
    private const int MaxResubmissions = 5;
    private const int MarkRange = 1 << 20;

    private readonly EthereumClient _client;
    private readonly Secp256k1PrivateKey _key;
    private readonly TransactionSenderOptions _options;
    private readonly ITransactionJournal _journal;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, Sending> _sendings = [];
    private readonly SortedDictionary<ulong, Sending> _open = [];
    private ulong _chainId;
    private bool _loaded;

    /// <summary>A sender for the account of a key. Key and journal stay the caller's and outlive the sender.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public TransactionSender(
        EthereumClient client,
        Secp256k1PrivateKey key,
        TransactionSenderOptions? options = null,
        ITransactionJournal? journal = null,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(key);
        _client = client;
        _key = key;
        _options = options ?? new TransactionSenderOptions();
        _journal = journal ?? new NoTransactionJournal();
        _time = time ?? TimeProvider.System;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BumpThousandths, 125, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Confirmations, 1ul, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.GasMarginPercent, nameof(options));
    }

    /// <summary>The account that sends.</summary>
    public Address Account => _key.Address;

    /// <summary>Sends a transaction under a key of its own and waits until it is mined.</summary>
    /// <exception cref="RpcException">The node gave no usable answer.</exception>
    public async Task<SendResult> SendAsync(TransactionRequest request, CancellationToken cancellation)
    {
        string key = Guid.NewGuid().ToString("N");
        SendResult result = await SendAsync(request, key, cancellation).ConfigureAwait(false);
        if (result is not SendResult.NotMined)
        {
            await ForgetAsync(key, cancellation).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>
    /// Sends a transaction at most once per key and waits until it is mined. Called again with a key that was sent before, also by an
    /// earlier process with the same journal, it goes on with that transaction or returns its result; the request is then ignored. Only what
    /// a reorganisation took back after it was mined is sent anew.
    /// </summary>
    /// <exception cref="RpcException">The node gave no usable answer. What was sent stays sent: call again with the same key.</exception>
    /// <exception cref="OperationCanceledException">Cancelled. What was sent stays sent: call again with the same key.</exception>
    public async Task<SendResult> SendAsync(TransactionRequest request, string idempotencyKey, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        Sending sending = await FindAsync(idempotencyKey, cancellation).ConfigureAwait(false);
        await sending.Turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (sending.FinishedHash is { } hash)
            {
                if (await FindFinishedAsync(hash, cancellation).ConfigureAwait(false) is { } receipt)
                {
                    return await ResultOfAsync(receipt, request, cancellation).ConfigureAwait(false);
                }

                sending.Finish(null); // A reorganisation took it back: it is sent anew.
            }

            if (sending.Attempts.Count == 0 && await StartAsync(sending, request, cancellation).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }

            return await WatchAsync(sending, cancellation).ConfigureAwait(false);
        }
        finally
        {
            sending.Turn.Release();
        }
    }

    /// <summary>Has the journal read again before the next send, for when another process may have written to it.</summary>
    public void Reload()
    {
        _gate.Wait();
        _loaded = false;
        _gate.Release();
    }

    /// <summary>Releases the gate. Transactions on their way stay on their way.</summary>
    public void Dispose() => _gate.Dispose();

    private async Task<Sending> FindAsync(string idempotencyKey, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellation).ConfigureAwait(false);
            return SendingOf(idempotencyKey);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ForgetAsync(string idempotencyKey, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        _sendings.Remove(idempotencyKey);
        _gate.Release();
    }

    private Sending SendingOf(string idempotencyKey)
    {
        if (!_sendings.TryGetValue(idempotencyKey, out Sending? sending))
        {
            sending = new Sending(idempotencyKey);
            _sendings.Add(idempotencyKey, sending);
        }

        return sending;
    }

    /// <summary>Under the gate, once: takes up what an earlier process left.</summary>
    private async Task LoadAsync(CancellationToken cancellation)
    {
        if (_loaded)
        {
            return;
        }

        _chainId = await _client.GetChainIdAsync(cancellation).ConfigureAwait(false);
        ulong mined = await _client.GetTransactionCountAsync(Account, BlockTag.Latest, cancellation).ConfigureAwait(false);
        ImmutableArray<JournalEntry> entries = await _journal.ReadAsync(cancellation).ConfigureAwait(false);
        _sendings.Clear();
        _open.Clear();
        foreach (JournalEntry entry in entries)
        {
            Sending sending = SendingOf(entry.Key);
            if (entry is JournalEntry.Signed signed)
            {
                sending.Add(Decode(signed));
            }
            else if (entry is JournalEntry.Finished finished)
            {
                sending.Finish(finished.TransactionHash);
            }
        }

        foreach (Sending sending in _sendings.Values)
        {
            if (sending.FinishedHash is null && sending.Attempts is [.., var last] && last.Transaction.Nonce >= mined)
            {
                _open[last.Transaction.Nonce] = sending;
            }
        }

        _loaded = true;
    }

    private SignedTransaction Decode(JournalEntry.Signed entry)
    {
        if (!SignedTransaction.TryDecode(entry.Raw.AsSpan(), out SignedTransaction? transaction, out DecodeFault? fault))
        {
            throw new InvalidOperationException($"The journal holds bytes of '{entry.Key}' that are no transaction: {fault}");
        }

        return transaction.Sender == Account && transaction.Transaction.ChainId == _chainId
            ? transaction
            : throw new InvalidOperationException(
                $"The journal is of account {transaction.Sender} on chain {transaction.Transaction.ChainId}; expected {Account} on chain {_chainId}.");
    }

    /// <summary>The receipt of what was mined earlier; null once it was looked for so often in vain.</summary>
    private async Task<TransactionReceipt?> FindFinishedAsync(Hash256 hash, CancellationToken cancellation)
    {
        for (int look = 1; ; look++)
        {
            if (await _client.GetTransactionReceiptAsync(hash, cancellation).ConfigureAwait(false) is { } receipt)
            {
                return receipt;
            }

            if (look == LooksBeforeLost)
            {
                return null;
            }

            await Task.Delay(_options.PollInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<SendResult> ResultOfAsync(TransactionReceipt receipt, TransactionRequest request, CancellationToken cancellation)
    {
        if (receipt.Succeeded)
        {
            return new SendResult.Mined(receipt);
        }

        var call = new CallRequest { From = Account, To = request.To, Data = request.Data.AsMemory(), Value = request.Value, Gas = request.GasLimit };

        // The state after the block shows what an earlier transaction of the block caused; the state before it, what a later one undid.
        foreach (ulong block in (ulong[])[receipt.BlockNumber, receipt.BlockNumber - 1])
        {
            try
            {
                if (await _client.CallAsync(call, block, cancellation).ConfigureAwait(false) is CallResult.Reverted reason)
                {
                    return new SendResult.Reverted(receipt, reason);
                }
            }
            catch (RpcException fault) when (fault.Failure == RpcFailure.RpcError)
            {
                // Out of gas, or a node without that state: the receipt is the answer, the reason stays unknown.
            }
        }

        return new SendResult.Reverted(receipt, null);
    }

    private async Task<(BigInteger Priority, BigInteger Max)> FeesAsync(CancellationToken cancellation)
    {
        Block head = await _client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)
            ?? throw new RpcException(RpcFailure.BadResponse, "eth_getBlockByNumber: expected the latest block, found none.");
        BigInteger priority;
        try
        {
            priority = await _client.GetMaxPriorityFeePerGasAsync(cancellation).ConfigureAwait(false);
        }
        catch (RpcException fault) when (fault.Failure == RpcFailure.RpcError)
        {
            priority = 1_000_000_000; // Nodes without the method; 1 gwei is what most of them would say.
        }

        // Twice the base fee stays above it for six full blocks (EIP-1559: at most 12.5 % more per block). Up to 0.001 gwei more
        // tells apart what two processes send at the same nonce: equal bytes would be one transaction, and each would take it for its own.
        int mark = RandomNumberGenerator.GetInt32(MarkRange);
        BigInteger max = (2 * head.BaseFeePerGas) + priority + mark;
        max = max <= _options.MaxFeePerGas ? max : BigInteger.Max(_options.MaxFeePerGas - mark, 0);
        return (BigInteger.Min(priority, max), max);
    }

    /// <summary>One send: its transactions all have the same nonce, so at most one of them is mined.</summary>
    private sealed class Sending(string key)
    {
        public string Key { get; } = key;

        /// <summary>One caller at a time goes on with a send.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public List<SignedTransaction> Attempts { get; } = [];

        public Hash256? FinishedHash { get; private set; }

        public ulong Nonce => Attempts[^1].Transaction.Nonce;

        public void Add(SignedTransaction transaction)
        {
            if (Attempts.Count > 0 && Nonce != transaction.Transaction.Nonce)
            {
                Attempts.Clear();
            }

            Attempts.Add(transaction);
            FinishedHash = null;
        }

        public void Finish(Hash256? hash)
        {
            Attempts.Clear();
            FinishedHash = hash;
        }
    }
}
