using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Ait.Miner.Collecting;

/// <summary>One run of an external collector. Its output, its time and its noise are bounded.</summary>
internal static class CollectorProcess
{
    public const int MaxOutputBytes = 256 * 1024;
    private const int MaxErrorBytes = 4 * 1024;
    private static readonly TimeSpan s_deathLimit = TimeSpan.FromSeconds(5);

    /// <summary>What the command printed, or why there is nothing. Exactly one of the two.</summary>
    public static async Task<(byte[]? Output, EvidenceOutcome.Failed? Failed)> RunAsync(
        ImmutableArray<string> words, string setting, TimeSpan timeout, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo(words) };
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            return (null, new EvidenceOutcome.Failed(EvidenceFailure.NotStarted, $"The evidence command {words[0]} did not start: {exception.Message}", $"Install the collector, or correct {setting}."));
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            process.StandardInput.Close();
            Task<byte[]> error = ReadTailAsync(process.StandardError.BaseStream, deadline.Token);
            byte[]? output = await ReadOutputAsync(process.StandardOutput.BaseStream, deadline.Token).ConfigureAwait(false);
            if (output is null)
            {
                return (null, new EvidenceOutcome.Failed(EvidenceFailure.OutputTooLarge, $"The evidence command printed more than {MaxOutputBytes} bytes and was ended.", "Use a collector that prints only the JSON object."));
            }

            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                string said = LastLine(await error.ConfigureAwait(false));
                return (null, new EvidenceOutcome.Failed(EvidenceFailure.ExitedWithError, $"The evidence command ended with exit code {process.ExitCode}{said}", "Run the command by hand with its last two arguments and follow its message."));
            }

            return (output, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, new EvidenceOutcome.Failed(EvidenceFailure.TimedOut, $"The evidence command did not finish within {Configuring.Durations.Format(timeout)} and was ended.", "See why the collector hangs, or raise --evidence-timeout."));
        }
        finally
        {
            await KillAsync(process).ConfigureAwait(false);
        }
    }

    private static ProcessStartInfo StartInfo(ImmutableArray<string> words)
    {
        var start = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    /// <summary>Everything up to the end of the stream; null as soon as there is more than the limit.</summary>
    private static async Task<byte[]?> ReadOutputAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] buffer = new byte[MaxOutputBytes + 1];
        int length = 0;
        while (length < buffer.Length)
        {
            // WaitAsync: a pipe held open by a process that outlived the command must not hold us.
            int count = await stream.ReadAsync(buffer.AsMemory(length), cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
            if (count == 0)
            {
                return buffer[..length];
            }

            length += count;
        }

        return null;
    }

    /// <summary>Reads to the end so that the command never blocks on a full pipe, and keeps the last bytes.</summary>
    private static async Task<byte[]> ReadTailAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] buffer = new byte[2 * MaxErrorBytes];
        int length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellation).AsTask().WaitAsync(cancellation).ConfigureAwait(false) is > 0 and int count)
            {
                length += count;
                if (length > MaxErrorBytes)
                {
                    buffer.AsSpan(length - MaxErrorBytes, MaxErrorBytes).CopyTo(buffer);
                    length = MaxErrorBytes;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The command was ended or has closed the pipe: what was read so far is all there is to quote.
            return buffer[..length];
        }

        return buffer[..length];
    }

    /// <summary>": last line of standard error", printable characters only.</summary>
    private static string LastLine(byte[] error)
    {
        string? line = Encoding.UTF8.GetString(error).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        if (line is null)
        {
            return ".";
        }

        string printable = new([.. line.Where(c => !char.IsControl(c)).Take(300)]);
        return $": {printable}";
    }

    private static async Task KillAsync(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_deathLimit).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or NotSupportedException or TimeoutException)
        {
            // It ended between the question and the kill, or the system takes its time to bury it: both are past our caring.
            return;
        }
    }
}
