using System.Text.Json;

namespace Ait.Cli.Launching;

/// <summary>
/// The dev chain's state on disk. The chain writes its file over itself each second, so a kill in the middle leaves half of one; and it
/// writes the blocks first, then the accounts, so that a block made between the two is in one of them alone. Beside the file lies the last
/// copy that was whole, from which the chain then starts: a few blocks are gone, as after a reorganisation.
/// </summary>
internal sealed class ChainState : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(3);
    private readonly string _file;
    private readonly string _copy;
    private readonly TimeProvider _clock;
    private readonly Lock _files = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _keeping;

    /// <param name="file">The file that the chain writes.</param>
    /// <param name="clock">The time.</param>
    internal ChainState(string file, TimeProvider clock)
    {
        _file = file;
        _copy = file + ".whole";
        _clock = clock;
        _keeping = KeepAsync();
    }

    /// <summary>Before the chain starts: puts the copy in the place of a file that is not whole. True if it did.</summary>
    internal bool Mend()
    {
        lock (_files)
        {
            if (!File.Exists(_file) || IsWhole(_file) || !File.Exists(_copy))
            {
                return false;
            }

            File.Copy(_copy, _file, overwrite: true);
            return true;
        }
    }

    /// <summary>Takes a copy if the file is whole now. True if it did.</summary>
    internal bool TryCopy()
    {
        lock (_files)
        {
            if (!File.Exists(_file))
            {
                return false;
            }

            string next = _copy + ".part";
            File.Copy(_file, next, overwrite: true);
            if (!IsWhole(next))
            {
                File.Delete(next);
                return false;
            }

            File.Move(next, _copy, overwrite: true);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>Whether a file is one JSON value to its end, and the accounts in it have sent the transactions in it: each as many as its nonce says.</summary>
    private static bool IsWhole(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { MaxDepth = 256 });
            Dictionary<string, long> sent = document.RootElement.TryGetProperty("transactions", out JsonElement transactions)
                ? transactions.EnumerateArray().CountBy(transaction => transaction.GetProperty("info").GetProperty("from").GetString() ?? "", StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(count => count.Key, count => (long)count.Value, StringComparer.OrdinalIgnoreCase)
                : [];
            return !document.RootElement.TryGetProperty("accounts", out JsonElement accounts)
                || accounts.EnumerateObject().All(account => IsContract(account.Value) || account.Value.GetProperty("nonce").GetInt64() == sent.GetValueOrDefault(account.Name));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The nonce of a contract counts what it created.</summary>
    private static bool IsContract(JsonElement account) => account.TryGetProperty("code", out JsonElement code) && code.GetString()?.Length > 2;

    private async Task KeepAsync()
    {
        DateTime copied = default;
        try
        {
            while (true)
            {
                await Task.Delay(s_interval, _clock, _ending.Token).ConfigureAwait(false);
                DateTime written = File.GetLastWriteTimeUtc(_file);
                if (written == copied)
                {
                    continue;
                }

                try
                {
                    copied = TryCopy() ? written : copied;
                }
                catch (IOException)
                {
                    // Being replaced or the disk is full: the copy there is stays, and the next look tries again.
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
    }
}
