using System.Globalization;
using System.Numerics;

namespace Ait.Chain.Tests.Proving;

/// <summary>ECDSA over P-384 and the reading of hints, in affine coordinates with an inversion at every step: the obvious twin.</summary>
internal static class SlowP384
{
    public static readonly BigInteger P = (BigInteger.One << 384) - (BigInteger.One << 128) - (BigInteger.One << 96) + (BigInteger.One << 32) - 1;
    public static readonly BigInteger N = Parse("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973");
    public static readonly (BigInteger X, BigInteger Y) G = (
        Parse("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"),
        Parse("3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"));

    private static readonly BigInteger s_scale = Inverse((BigInteger.One << 256) - 1, P);
    private static readonly Lazy<(BigInteger X, BigInteger Y)[][]> s_generator = new(() => [Odd(G, 128), Odd(Multiply(BigInteger.One << 192, G)!.Value, 128)]);
    private static readonly BigInteger s_b = Parse("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    /// <summary>What the contract answers to hints: docs/p384.md, line by line.</summary>
    public static bool Shows(ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> hints)
    {
        BigInteger r = Number(signature[..48]), s = Number(signature[48..]);
        if (hints.Length < 52 || hints[0] > 1 || hints[49] > 223 || r.IsZero || r >= N || s.IsZero || s >= N)
        {
            return false;
        }

        int place = hints[49], count = (hints[50] << 8) | hints[51], at = 52 + (2 * count);
        (BigInteger X, BigInteger Y) nonce = (hints[0] == 1 ? r + N : r, Number(hints.Slice(1, 48)));
        (BigInteger X, BigInteger Y) q = (Number(key[..48]), Number(key[48..]));
        if (count < 2 || at > hints.Length || !IsOnCurve(nonce) || !IsOnCurve(q))
        {
            return false;
        }

        Slopes slopes = new(hints[at..]);
        BigInteger[] sums = new BigInteger[4];
        (BigInteger X, BigInteger Y)[][] tables = [Table(q, slopes), Table(nonce, slopes), s_generator.Value[0], s_generator.Value[1]];
        (BigInteger X, BigInteger Y) sum = default;
        for (int i = 0; i < count; i++)
        {
            int operation = (hints[52 + (2 * i)] << 8) | hints[53 + (2 * i)];
            int doublings = i == 0 ? 0 : operation >> 11, table = (operation >> 8) & 3, index = operation & (table < 2 ? 7 : 127);
            (BigInteger X, BigInteger Y) entry = tables[table][index];
            bool isNegative = i > 0 && (operation & 0x400) != 0;
            entry = isNegative ? (entry.X, Modulo(-entry.Y)) : entry;
            place -= doublings;
            if (place < 0)
            {
                return false;
            }

            sums[table] += (isNegative ? -1 : 1) * ((2 * index) + 1) * (BigInteger.One << place);
            if (i == 0)
            {
                sum = entry;
            }
            else if (i == count - 1)
            {
                sum = Doubled(sum, doublings, slopes);
                slopes.Fail(sum.X != entry.X || sum.Y != Modulo(-entry.Y));
            }
            else if (doublings == 0)
            {
                sum = Along(sum, entry, slopes.Next(), slopes);
            }
            else
            {
                sum = Doubled(sum, doublings - 1, slopes);
                (BigInteger X, BigInteger Y) middle = Along(sum, entry, slopes.Next(), slopes);
                sum = Along(sum, middle, slopes.Next(), slopes);
            }
        }

        BigInteger e = Number(digest);
        return place == 0 && slopes.Hold && !sums[1].IsZero
            && ((sums[0] * s) + (sums[1] * r)) % N == 0
            && (((sums[2] + (sums[3] << 192)) * s) + (sums[1] * e)) % N == 0;
    }

    public static bool Verifies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        BigInteger r = Number(signature[..48]), s = Number(signature[48..]);
        (BigInteger X, BigInteger Y) q = (Number(key[..48]), Number(key[48..]));
        if (r.IsZero || r >= N || s.IsZero || s >= N || !IsOnCurve(q))
        {
            return false;
        }

        BigInteger inverse = Inverse(s, N);
        return Add(Multiply(Number(digest) * inverse % N, G), Multiply(r * inverse % N, q)) is { } sum && sum.X % N == r;
    }

    private static (BigInteger X, BigInteger Y)? Multiply(BigInteger k, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (; !k.IsZero; k >>= 1, point = Add(point, point))
        {
            sum = k.IsEven ? sum : Add(sum, point);
        }

        return sum;
    }

    private static (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? left, (BigInteger X, BigInteger Y)? right)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        if (a.X == b.X && a.Y != b.Y)
        {
            return null;
        }

        BigInteger slope = a.X == b.X
            ? 3 * ((a.X * a.X) - 1) * Inverse(2 * a.Y, P)
            : (b.Y - a.Y) * Inverse(b.X - a.X, P);
        return Third(a, b, slope);
    }

    private static (BigInteger X, BigInteger Y)[] Odd((BigInteger X, BigInteger Y) point, int count)
    {
        (BigInteger X, BigInteger Y)[] multiples = new (BigInteger, BigInteger)[count];
        multiples[0] = point;
        (BigInteger X, BigInteger Y) twice = Add(point, point)!.Value;
        for (int i = 1; i < count; i++)
        {
            multiples[i] = Add(multiples[i - 1], twice)!.Value;
        }

        return multiples;
    }

    private static (BigInteger X, BigInteger Y)[] Table((BigInteger X, BigInteger Y) point, Slopes slopes)
    {
        (BigInteger X, BigInteger Y) twice = Doubled(point, 1, slopes);
        (BigInteger X, BigInteger Y)[] multiples = [point, point, point, point, point, point, point, point];
        for (int i = 1; i < multiples.Length; i++)
        {
            multiples[i] = Along(multiples[i - 1], twice, slopes.Next(), slopes);
        }

        return multiples;
    }

    private static (BigInteger X, BigInteger Y) Doubled((BigInteger X, BigInteger Y) point, int times, Slopes slopes)
    {
        for (int i = 0; i < times; i++)
        {
            BigInteger slope = -slopes.Next();
            slopes.Fail(Modulo((slope * 2 * point.Y) - (3 * point.X * point.X) + 3) != 0);
            point = Third(point, point, slope);
        }

        return point;
    }

    private static (BigInteger X, BigInteger Y) Along((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b, BigInteger slope, Slopes slopes)
    {
        slopes.Fail(a.X == b.X || Modulo((slope * (b.X - a.X)) - b.Y + a.Y) != 0);
        return Third(a, b, slope);
    }

    private static (BigInteger X, BigInteger Y) Third((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b, BigInteger slope)
    {
        BigInteger x = Modulo((slope * slope) - a.X - b.X);
        return (x, Modulo((slope * (a.X - x)) - a.Y));
    }

    private static bool IsOnCurve((BigInteger X, BigInteger Y) point) =>
        point.X < P && point.Y < P && Modulo((point.Y * point.Y) - (point.X * point.X * point.X) + (3 * point.X) - s_b).IsZero;

    /// <summary>By Euclid's algorithm, checked by multiplication.</summary>
    private static BigInteger Inverse(BigInteger value, BigInteger modulus)
    {
        BigInteger r = modulus, s = ((value % modulus) + modulus) % modulus, t = 0, u = 1;
        while (s > 0)
        {
            (r, s, t, u) = (s, r % s, u, t - (r / s * u));
        }

        t = ((t % modulus) + modulus) % modulus;
        Assert.Equal(1, ((value * t % modulus) + modulus) % modulus);
        return t;
    }

    private static BigInteger Modulo(BigInteger value) => ((value % P) + P) % P;

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Parse(string hexadecimal) =>
        BigInteger.Parse("0" + hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>The slopes of hints one by one, and whether all of them were right.</summary>
    private sealed class Slopes(ReadOnlySpan<byte> bytes)
    {
        private readonly byte[] _bytes = bytes.ToArray();
        private int _at;
        private bool _isWrong;

        public bool Hold => !_isWrong && _at == _bytes.Length;

        public BigInteger Next()
        {
            _isWrong |= _at + 48 > _bytes.Length;
            BigInteger slope = _isWrong ? BigInteger.One : Modulo(Number(_bytes.AsSpan(_at, 48)) * s_scale);
            _at += 48;
            return slope;
        }

        public void Fail(bool isWrong) => _isWrong |= isWrong;
    }
}
