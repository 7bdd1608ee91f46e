using Ait.Engine.Execution;
using Ait.Engine.Simd.Emitted;

namespace Ait.Engine.Tests.Execution;

/// <summary>Switches a thread's mode the way a native library would, and sees whether the engine notices.</summary>
public sealed unsafe class FloatingPointModeTests
{
    // MXCSR with all exceptions masked, as every thread starts.
    private const uint Default = 0x1F80;

    [Fact]
    public void Fault_isNothingOnAnOrdinaryThread() => Assert.Null(FloatingPointMode.Fault());

    [Theory]
    [InlineData(0x8000u, "FTZ")]
    [InlineData(0x0040u, "DAZ")]
    [InlineData(0x2000u, "rounding")]
    [InlineData(0x4000u, "rounding")]
    [InlineData(0x6000u, "rounding")]
    public void Fault_tellsWhatWasChanged(uint bits, string word)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string? fault = null;
        Exception? thrown = null;
        bool switched = OnAThreadWith(Default | bits, () =>
        {
            fault = FloatingPointMode.Fault();
            thrown = Record.Exception(() => Generator.Run(Samples.SmallModel, Samples.Requests[3], null, cancellation));
        });
        Assert.SkipUnless(switched, "This system forbids executable memory, so the mode cannot be changed here.");
        Assert.Contains(word, Assert.IsType<string>(fault), StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(thrown);
    }

    [Fact]
    public void Fault_isNothingIfTheModeIsWrittenUnchanged()
    {
        string? fault = "not run";
        Assert.SkipUnless(OnAThreadWith(Default, () => fault = FloatingPointMode.Fault()), "This system forbids executable memory, so the mode cannot be changed here.");
        Assert.Null(fault);
    }

    private static bool OnAThreadWith(uint mode, Action action)
    {
        // ldmxcsr [rdi]; ret
        using ExecutableMemory? code = ExecutableMemory.TryCreate([0x0F, 0xAE, 0x17, 0xC3]);
        if (code is null)
        {
            return false;
        }

        var load = (delegate* unmanaged[Cdecl, SuppressGCTransition]<uint*, void>)code.DangerousGetHandle();
        var thread = new Thread(() =>
        {
            uint changed = mode;
            uint normal = Default;
            load(&changed);
            try
            {
                action();
            }
            finally
            {
                load(&normal);
            }
        });
        thread.Start();
        thread.Join();
        return true;
    }
}
