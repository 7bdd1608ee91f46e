using System.Text.Json;

namespace Ait.Chain.Tests;

public sealed class AddressTests
{
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void ToString_equalsTheExamplesOfEip55(string text)
    {
        Address address = Address.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, Address.Parse(text.ToLowerInvariant()));
        Assert.Equal(address, Address.Parse("0x" + text[2..].ToUpperInvariant()));
        Assert.Equal(address, Address.Parse(text[2..]));
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed")]
    [InlineData("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    public void TryParse_refusesAWrongChecksum(string text) => Assert.False(Address.TryParse(text, out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00")]
    [InlineData("0xzaaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    public void TryParse_refusesAnythingElse(string? text) => Assert.False(Address.TryParse(text, out _));

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(32)]
    public void New_refusesAnotherLength(int length) => Assert.Throws<ArgumentException>(() => new Address(new byte[length]));

    [Fact]
    public void Equals_isTrueOnlyIfEveryByteIsEqual()
    {
        byte[] bytes = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").ToArray();
        for (int i = 0; i < 20; i++)
        {
            byte[] other = [.. bytes];
            other[i] ^= 0x80;
            Assert.True(new Address(bytes) != new Address(other));
            Assert.Equal(
                Math.Sign(bytes.AsSpan().SequenceCompareTo(other)),
                Math.Sign(new Address(bytes).CompareTo(new Address(other))));
        }

        Assert.True(new Address(bytes) == new Address([.. bytes]));
    }

    [Fact]
    public void Json_roundTripsAsStringAndKey()
    {
        var value = new Dictionary<Address, Address> { [Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")] = Address.Zero };
        string json = JsonSerializer.Serialize(value);
        Assert.StartsWith("{\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\":", json, StringComparison.Ordinal);
        Assert.Equal(value, JsonSerializer.Deserialize<Dictionary<Address, Address>>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Address>("\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""));
    }
}
