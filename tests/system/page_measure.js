/* What a page looks like, in numbers: evaluated in it by test_report_page.py. */
(() => {
	const round = r => ({ x: r.left, y: r.top + scrollY, w: r.width, h: r.height });

	/* Every piece of text that is drawn, line by line. */
	const texts = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; (node = walker.nextNode());) {
		if (!node.data.trim())
			continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		for (const rect of range.getClientRects())
			if (rect.width > 0 && rect.height > 0)
				texts.push({ text: node.data.trim().slice(0, 60), node, ...round(rect) });
	}

	/* Two of them in one place: more than a hair's breadth of both. */
	const overlaps = [];
	texts.sort((a, b) => a.y - b.y);
	for (let i = 0; i < texts.length; i++)
		for (let k = i + 1; k < texts.length && texts[k].y < texts[i].y + texts[i].h; k++) {
			const a = texts[i], b = texts[k];
			const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
			const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
			if (a.node !== b.node && across > 1 && down > 1.5)
				overlaps.push([a.text, b.text]);
		}

	/* Beyond the window, or in a box that is too small for it. */
	const edge = document.documentElement.clientWidth;
	const beyond = texts.filter(t => t.x < 0 || t.x + t.w > edge + 0.5).map(t => t.text);
	const cut = [...document.body.querySelectorAll('*:not(svg *)')]
		.filter(e => e.clientWidth > 0 && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) &&
			getComputedStyle(e).display !== 'inline')
		.map(e => e.tagName + ' ' + e.textContent.slice(0, 60));

	/* WCAG 2.1, 1.4.3. */
	const rgb = colour => colour.match(/[\d.]+/g).map(Number);
	const light = colour => {
		const [r, g, b] = rgb(colour).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ground = element => {
		for (; element; element = element.parentElement) {
			const colour = getComputedStyle(element).backgroundColor;
			if (rgb(colour)[3] !== 0)
				return colour;
		}
		return 'rgb(255, 255, 255)';
	};
	const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
	let least = { ratio: 99 };
	for (const t of texts) {
		const ratio = contrast(getComputedStyle(t.node.parentElement).color, ground(t.node.parentElement));
		if (ratio < least.ratio)
			least = { ratio, text: t.text };
	}

	const drawn = rect => ({ kind: rect.getAttribute('class'), fill: rgb(getComputedStyle(rect).fill),
		...round(rect.getBoundingClientRect()) });
	const chart = document.querySelector('svg[role=img]');
	return {
		size: [innerWidth, document.documentElement.scrollWidth, document.documentElement.scrollHeight],
		ground: rgb(ground(document.body)),
		overlaps, beyond, cut, least,
		texts: texts.map(t => t.text),
		smallest: Math.min(...texts.map(t => parseFloat(getComputedStyle(t.node.parentElement).fontSize))),
		chart: chart && {
			...round(chart.getBoundingClientRect()),
			title: chart.querySelector(':scope > title').textContent,
			description: chart.querySelector(':scope > desc').textContent,
			columns: [...chart.querySelectorAll('g')].map(g => ({ words: g.querySelector('title').textContent,
				rects: [...g.querySelectorAll('rect')].map(drawn) })),
		},
		bars: [...document.querySelectorAll('svg.bar')].map(svg => ({
			numbers: [...svg.closest('tr').querySelectorAll('td')].map(td => td.textContent),
			rects: [...svg.querySelectorAll('rect')].map(drawn), ...round(svg.getBoundingClientRect()) })),
		tables: [...document.querySelectorAll('table')].map(t => t.caption && t.caption.textContent),
		scripts: document.scripts.length,
	};
})()
