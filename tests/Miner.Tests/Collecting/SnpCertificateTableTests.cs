using System.Buffers.Binary;
using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Miner.Tests.Collecting;

public sealed class SnpCertificateTableTests
{
    private static readonly byte[] s_sound = Tables.Of((Tables.Vcek, [1, 2, 3]), ("00112233445566778899aabbccddeeff", [9]), (Tables.Ask, [4]), (Tables.Ark, [5, 6]));

    private static string Refuses(byte[] bytes)
    {
        Assert.False(SnpCertificateTable.TryRead(bytes, out SnpCertificateTable? table, out string? problem));
        Assert.Null(table);
        return problem!;
    }

    [Fact]
    public void Read_findsEachCertificateByItsName()
    {
        Assert.True(SnpCertificateTable.TryRead(s_sound, out SnpCertificateTable? table, out _));
        Assert.Equal([1, 2, 3], table!.Vek.ToArray());
        Assert.Equal([4], table.Ask.ToArray());
        Assert.Equal([5, 6], table.Ark.ToArray());
    }

    [Fact]
    public void Read_takesTheVlekWhereThereIsNoVcek()
    {
        Assert.True(SnpCertificateTable.TryRead(Tables.Of((Tables.Vlek, [8])), out SnpCertificateTable? table, out _));
        Assert.Equal([8], table!.Vek.ToArray());
        Assert.True(table.Ask.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(16384)]
    public void Read_takesZerosAsATableWithoutCertificates(int length)
    {
        Assert.True(SnpCertificateTable.TryRead(new byte[length], out SnpCertificateTable? table, out _));
        Assert.True(table!.Vek.IsEmpty && table.Ask.IsEmpty && table.Ark.IsEmpty);
    }

    [Fact]
    public void Read_refusesATableBeyondItsLimit() => Assert.Contains("at most 32768", Refuses(new byte[32 * 1024 + 1]), StringComparison.Ordinal);

    [Fact]
    public void Read_refusesATableThatNothingEnds() => Assert.Contains("no zero entry", Refuses(s_sound[..96]), StringComparison.Ordinal);

    [Fact]
    public void Read_refusesMoreEntriesThanItsLimit() =>
        Assert.Contains("no zero entry", Refuses(Tables.Of([.. Enumerable.Range(1, 33).Select(i => ($"{i:x32}", new byte[] { 1 }))])), StringComparison.Ordinal);

    [Fact]
    public void Read_refusesTheSameNameTwice() => Assert.Contains("occurs twice", Refuses(Tables.Of((Tables.Ask, [1]), (Tables.Ask, [2]))), StringComparison.Ordinal);

    [Theory]
    [InlineData(16, 0u)] // inside the entries
    [InlineData(16, 119u)]
    [InlineData(16, 200u)] // behind the end
    [InlineData(16, uint.MaxValue)]
    [InlineData(20, 0u)]
    [InlineData(20, 1000u)]
    [InlineData(20, uint.MaxValue)]
    public void Read_refusesACertificateOutsideTheTable(int field, uint value)
    {
        byte[] table = [.. s_sound];
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(field), value);

        Assert.Contains("entry 63da758d", Refuses(table), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_throwsOnNoBytes() => Prop.ForAll<byte[], int, byte>((noise, at, value) =>
    {
        SnpCertificateTable.TryRead(noise, out _, out _);
        byte[] changed = [.. s_sound];
        changed[(int)((uint)at % (uint)changed.Length)] = value;
        if (SnpCertificateTable.TryRead(changed, out SnpCertificateTable? table, out _))
        {
            Assert.InRange(table.Vek.Length + table.Ask.Length + table.Ark.Length, 0, changed.Length);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
}
