using System.Collections.Immutable;

using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Transactions;

public sealed class FileTransactionJournalTests
{
    private static readonly JournalEntry s_signed = new JournalEntry.Signed("a \"key\"\n", [1, 2, 3]);
    private static readonly JournalEntry s_again = new JournalEntry.Signed("a \"key\"\n", [4]);
    private static readonly JournalEntry s_finished = new JournalEntry.Finished("b", Keccak256.Hash([1]));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_readsWhatWasAppended()
    {
        using var file = new TemporaryFile();
        await WriteAsync(file, s_signed, s_again, s_finished);
        using var journal = FileTransactionJournal.Open(file.Path);
        Assert.Equal([s_signed, s_again, s_finished], await journal.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Open_dropsATornLastLine()
    {
        using var file = new TemporaryFile();
        await WriteAsync(file, s_signed, s_finished);
        byte[] whole = await File.ReadAllBytesAsync(file.Path, Cancellation);
        int lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = lastLine; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file.Path, whole[..length], Cancellation);
            using (var journal = FileTransactionJournal.Open(file.Path))
            {
                Assert.Equal([s_signed], await journal.ReadAsync(Cancellation));
                await journal.AppendAsync(s_again, Cancellation);
            }

            using var reopened = FileTransactionJournal.Open(file.Path);
            Assert.Equal([s_signed, s_again], await reopened.ReadAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Open_keepsOnlyTheEndOfWhatHasEnded()
    {
        using var file = new TemporaryFile();
        var refused = new JournalEntry.Finished("c", null);
        var end = new JournalEntry.Finished(s_signed.Key, Keccak256.Hash([2]));
        await WriteAsync(file, s_signed, new JournalEntry.Signed("c", [9]), refused, s_again, end);
        using var journal = FileTransactionJournal.Open(file.Path);
        Assert.Equal([end], await journal.ReadAsync(Cancellation));
        journal.Dispose();
        Assert.Single(await File.ReadAllLinesAsync(file.Path, Cancellation));
    }

    [Fact]
    public async Task Open_keepsASendThatWasRefusedAndTriedAgain()
    {
        using var file = new TemporaryFile();
        var again = new JournalEntry.Signed("c", [10]);
        await WriteAsync(file, new JournalEntry.Signed("c", [9]), new JournalEntry.Finished("c", null), again);
        using var journal = FileTransactionJournal.Open(file.Path);
        Assert.Equal([again], await journal.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Append_keepsTheFileSmallWhileSendsEnd()
    {
        using var file = new TemporaryFile();
        List<JournalEntry> ends = [];
        using (var journal = FileTransactionJournal.Open(file.Path, leastRewritten: 4096))
        {
            for (int i = 0; i < 20; i++)
            {
                ends.Add(new JournalEntry.Finished($"key {i}", Keccak256.Hash([(byte)i])));
                await journal.AppendAsync(new JournalEntry.Signed($"key {i}", [.. new byte[1000]]), Cancellation);
                await journal.AppendAsync(ends[^1], Cancellation);
                Assert.InRange(new FileInfo(file.Path).Length, 1, 8192 + 4096);
            }
        }

        using var reopened = FileTransactionJournal.Open(file.Path);
        Assert.Equal(ends, await reopened.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("{}\n")]
    [InlineData("7\n")]
    [InlineData("\n")]
    [InlineData("{\"key\":\"a\"}\n")]
    [InlineData("{\"key\":\"a\",\"signed\":\"0x1\"}\n")]
    [InlineData("{\"key\":\"a\",\"finished\":\"0x1\"}\n")]
    [InlineData("{\"key\":7,\"finished\":null}\n")]
    public async Task Open_refusesACompleteLineOfSomethingElse(string line)
    {
        using var file = new TemporaryFile();
        await File.WriteAllTextAsync(file.Path, line, Cancellation);
        FormatException fault = Assert.Throws<FormatException>(() => FileTransactionJournal.Open(file.Path));
        Assert.Contains("line 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_refusesAFileThatIsOpen()
    {
        using var file = new TemporaryFile();
        using var journal = FileTransactionJournal.Open(file.Path);
        Assert.ThrowsAny<IOException>(() => FileTransactionJournal.Open(file.Path));
    }

    private static async Task WriteAsync(TemporaryFile file, params ImmutableArray<JournalEntry> entries)
    {
        using var journal = FileTransactionJournal.Open(file.Path);
        foreach (JournalEntry entry in entries)
        {
            await journal.AppendAsync(entry, Cancellation);
        }
    }
}
