using System.Globalization;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>One page of a real browser at the console of a running network. Absent, with the reason, where no Chromium or no built console is.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    /// <summary>artifacts/screenshots, beside the programs.</summary>
    private static readonly string s_screenshots = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots"));

    private static readonly string? s_chromium = Array.Find(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], File.Exists);
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BrowserPage(IPlaywright playwright, IBrowser browser, IPage page, string url)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        Url = url;
    }

    internal IPage Page { get; }

    internal string Url { get; }

    /// <summary>Errors of the page and of its script.</summary>
    internal List<string> Complaints { get; } = [];

    internal static async Task<BrowserPage> OpenAsync(Devnet devnet)
    {
        Devnet.Require(devnet);
        Assert.SkipWhen(s_chromium is null, "no Chromium: install Debian's package chromium to run the console's tests");
        Assert.SkipUnless(devnet.Local.HasConsole, "the console is not built: run tests/prepare-console");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = s_chromium,
            Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        var opened = new BrowserPage(playwright, browser, await browser.NewPageAsync(), devnet.Local.Options.Coordinator.ToString());

        // Waits end when what they wait for is there; these only bound a hang on a machine that is busy.
        opened.Page.SetDefaultTimeout(120_000);
        Assertions.SetDefaultExpectTimeout(120_000);
        opened.Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                opened.Complaints.Add(message.Text);
            }
        };
        opened.Page.PageError += (_, fault) => opened.Complaints.Add(fault);
        return opened;
    }

    internal Task GoAsync(string page) => Page.GotoAsync($"{Url}#/{page}");

    internal ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Accessibility rules and width, in both schemes, on a wide and a narrow screen, each kept as a picture to look at.</summary>
    internal async Task MeetsTheRulesAsync(string name, Func<Task> show)
    {
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce }); // Colours half-way are no rule broken.
            foreach (int width in new[] { 1200, 360 })
            {
                await Page.SetViewportSizeAsync(width, 800);
                await show();
                AxeResult judged = await Page.RunAxe();
                Assert.True(
                    judged.Violations.Length == 0,
                    $"{name}, {scheme}, {width}: {string.Join("; ", judged.Violations.Select(broken => $"{broken.Id}: {broken.Help} at {broken.Nodes[0].Html}"))}");
                int needed = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
                Assert.True(needed <= width, string.Create(CultureInfo.InvariantCulture, $"{name} needs {needed} px of {width}"));
                string file = string.Create(CultureInfo.InvariantCulture, $"{name} {scheme} {width}.png");
                await Page.ScreenshotAsync(new() { Path = Path.Combine(s_screenshots, file.Replace(' ', '-').ToLowerInvariant()), FullPage = true });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }
}
