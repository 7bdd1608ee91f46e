namespace Ait.Engine.Tests;

public sealed class EngineSelfTestTests
{
    [Fact]
    public void Run_passesOnThisMachine()
    {
        Assert.IsType<SelfTestResult.Passed>(EngineSelfTest.Run());
    }
}
