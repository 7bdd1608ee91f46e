using System.Globalization;
using System.Numerics;

namespace Ait.Chain.Tests.Proving;

/// <summary>ECDSA over a curve and the reading of hints, in affine coordinates with an inversion at every step: the obvious twin.</summary>
internal sealed class SlowHints
{
    private readonly BigInteger _p;
    private readonly BigInteger _n;
    private readonly BigInteger _b;
    private readonly (BigInteger X, BigInteger Y) _g;
    private readonly BigInteger _scale;
    private readonly Lazy<(BigInteger X, BigInteger Y)[][]> _generator;

    private SlowHints(BigInteger p, string n, string b, string x, string y, BigInteger scale)
    {
        _p = p;
        _n = Parse(n);
        _b = Parse(b);
        _g = (Parse(x), Parse(y));
        _scale = Inverse(scale, p);
        _generator = new(() => [Odd(_g, 128), Odd(Multiply(BigInteger.One << (4 * Size), _g)!.Value, 128)]);
    }

    /// <summary>docs/p384.md: the slope of every line is a hint.</summary>
    public static SlowHints P384 { get; } = new(
        (BigInteger.One << 384) - (BigInteger.One << 128) - (BigInteger.One << 96) + (BigInteger.One << 32) - 1,
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        (BigInteger.One << 256) - 1)
    { Size = 48, Multiples = 8, HasSlopes = true };

    /// <summary>docs/p256.md: the slopes of the tables are hints.</summary>
    public static SlowHints P256 { get; } = new(
        (BigInteger.One << 256) - (BigInteger.One << 224) + (BigInteger.One << 192) + (BigInteger.One << 96) - 1,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        1)
    { Size = 32, Multiples = 4, HasSlopes = false };

    /// <summary>Bytes of a coordinate or scalar.</summary>
    public required int Size { get; init; }

    /// <summary>Odd multiples of Q and R, each.</summary>
    public required int Multiples { get; init; }

    /// <summary>Whether the run has slopes too; its first operation then has neither doublings nor a sign.</summary>
    public required bool HasSlopes { get; init; }

    /// <summary>What the contract answers to hints, line by line as the documents say it.</summary>
    public bool Shows(ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> hints)
    {
        int header = Size + 4;
        BigInteger r = Number(signature[..Size]), s = Number(signature[Size..]);
        if (hints.Length < header || hints[0] > 1 || hints[header - 3] > 223 || r.IsZero || r >= _n || s.IsZero || s >= _n)
        {
            return false;
        }

        int place = hints[header - 3], count = (hints[header - 2] << 8) | hints[header - 1], at = header + (2 * count);
        (BigInteger X, BigInteger Y) nonce = (hints[0] == 1 ? r + _n : r, Number(hints.Slice(1, Size)));
        (BigInteger X, BigInteger Y) q = (Number(key[..Size]), Number(key[Size..]));
        if (count < 2 || at > hints.Length || !IsOnCurve(nonce) || !IsOnCurve(q))
        {
            return false;
        }

        Slopes slopes = new(this, hints[at..]);
        BigInteger[] sums = new BigInteger[4];
        (BigInteger X, BigInteger Y)[][] tables = [Table(q, slopes), Table(nonce, slopes), .. _generator.Value];
        (BigInteger X, BigInteger Y) sum = default;
        for (int i = 0; i < count; i++)
        {
            int operation = (hints[header + (2 * i)] << 8) | hints[header + 1 + (2 * i)];
            bool isBare = i == 0 && HasSlopes;
            int doublings = isBare ? 0 : operation >> 11, table = (operation >> 8) & 3, index = operation & (table < 2 ? Multiples - 1 : 127);
            (BigInteger X, BigInteger Y) entry = tables[table][index];
            bool isNegative = !isBare && (operation & 0x400) != 0;
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
                sum = Doubled(sum, doublings, HasSlopes ? slopes : null);
                slopes.Fail(sum.X != entry.X || sum.Y != Modulo(-entry.Y));
            }
            else if (!HasSlopes)
            {
                sum = Doubled(sum, doublings, null);
                if (sum.X == entry.X)
                {
                    return false;
                }

                sum = Add(sum, entry)!.Value;
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
            && ((sums[0] * s) + (sums[1] * r)) % _n == 0
            && (((sums[2] + (sums[3] << (4 * Size))) * s) + (sums[1] * e)) % _n == 0;
    }

    public bool Verifies(ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        BigInteger r = Number(signature[..Size]), s = Number(signature[Size..]);
        (BigInteger X, BigInteger Y) q = (Number(key[..Size]), Number(key[Size..]));
        if (r.IsZero || r >= _n || s.IsZero || s >= _n || !IsOnCurve(q))
        {
            return false;
        }

        BigInteger inverse = Inverse(s, _n);
        return Add(Multiply(Number(digest) * inverse % _n, _g), Multiply(r * inverse % _n, q)) is { } sum && sum.X % _n == r;
    }

    private (BigInteger X, BigInteger Y)? Multiply(BigInteger k, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? sum = null;
        for (; !k.IsZero; k >>= 1, point = Add(point, point))
        {
            sum = k.IsEven ? sum : Add(sum, point);
        }

        return sum;
    }

    private (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? left, (BigInteger X, BigInteger Y)? right)
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
            ? 3 * ((a.X * a.X) - 1) * Inverse(2 * a.Y, _p)
            : (b.Y - a.Y) * Inverse(b.X - a.X, _p);
        return Third(a, b, slope);
    }

    private (BigInteger X, BigInteger Y)[] Odd((BigInteger X, BigInteger Y) point, int count)
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

    private (BigInteger X, BigInteger Y)[] Table((BigInteger X, BigInteger Y) point, Slopes slopes)
    {
        (BigInteger X, BigInteger Y) twice = Doubled(point, 1, slopes);
        (BigInteger X, BigInteger Y)[] multiples = new (BigInteger, BigInteger)[Multiples];
        multiples[0] = point;
        for (int i = 1; i < multiples.Length; i++)
        {
            multiples[i] = Along(multiples[i - 1], twice, slopes.Next(), slopes);
        }

        return multiples;
    }

    private (BigInteger X, BigInteger Y) Doubled((BigInteger X, BigInteger Y) point, int times, Slopes? slopes)
    {
        for (int i = 0; i < times; i++)
        {
            if (slopes is null)
            {
                point = Add(point, point)!.Value;
                continue;
            }

            BigInteger slope = -slopes.Next();
            slopes.Fail(Modulo((slope * 2 * point.Y) - (3 * point.X * point.X) + 3) != 0);
            point = Third(point, point, slope);
        }

        return point;
    }

    private (BigInteger X, BigInteger Y) Along((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b, BigInteger slope, Slopes slopes)
    {
        slopes.Fail(a.X == b.X || Modulo((slope * (b.X - a.X)) - b.Y + a.Y) != 0);
        return Third(a, b, slope);
    }

    private (BigInteger X, BigInteger Y) Third((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b, BigInteger slope)
    {
        BigInteger x = Modulo((slope * slope) - a.X - b.X);
        return (x, Modulo((slope * (a.X - x)) - a.Y));
    }

    private bool IsOnCurve((BigInteger X, BigInteger Y) point) =>
        point.X < _p && point.Y < _p && Modulo((point.Y * point.Y) - (point.X * point.X * point.X) + (3 * point.X) - _b).IsZero;

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

    private BigInteger Modulo(BigInteger value) => ((value % _p) + _p) % _p;

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Parse(string hexadecimal) =>
        BigInteger.Parse("0" + hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>The slopes of hints one by one, and whether all of them were right.</summary>
    private sealed class Slopes(SlowHints curve, ReadOnlySpan<byte> bytes)
    {
        private readonly byte[] _bytes = bytes.ToArray();
        private int _at;
        private bool _isWrong;

        public bool Hold => !_isWrong && _at == _bytes.Length;

        public BigInteger Next()
        {
            _isWrong |= _at + curve.Size > _bytes.Length;
            BigInteger slope = _isWrong ? BigInteger.One : curve.Modulo(Number(_bytes.AsSpan(_at, curve.Size)) * curve._scale);
            _at += curve.Size;
            return slope;
        }

        public void Fail(bool isWrong) => _isWrong |= isWrong;
    }
}
