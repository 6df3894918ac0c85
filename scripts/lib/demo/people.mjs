// Who are the members of the demo? Invented people: names by chance, numbers with valid check digits in an area code
// that no county has (…99), so that no number can be a real person's.

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严赖覃洪武莫孔'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰志春梅红云飞龙海燕辉鹏宇晨欣怡嘉俊浩然子轩梓涵思雨佳琪雪婷婉清正德才仁义礼信忠孝廉勤俭朴宏达富贵荣昌盛兴旺'];
const EDUCATION = {
  young: [['21', 45], ['31', 35], ['14', 6], ['41', 8], ['61', 6]],
  middle: [['21', 22], ['31', 30], ['41', 14], ['61', 16], ['71', 18]],
  old: [['31', 8], ['41', 10], ['61', 17], ['71', 40], ['81', 25]],
};
const ETHNICITY = [['01', 88], ['07', 6], ['03', 3], ['06', 2], ['08', 1]];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

// The 18th digit of a citizen number (GB 11643).
export function checkDigit(seventeen) {
  const sum = [...seventeen].reduce((total, digit, i) => total + Number(digit) * WEIGHTS[i], 0);
  return '10X98765432'[sum % 11];
}

// Issues citizen numbers that never repeat: per day of birth and sex a running order number.
export class Numbers {
  #issued = new Map();

  constructor(province, county = '0399') {
    this.area = `${province}${county}`;
  }

  issue(birth, male) {
    const key = `${birth}${male}`;
    const order = this.#issued.get(key) ?? 0;
    this.#issued.set(key, order + 1);
    const seventeen = `${this.area}${birth.replaceAll('-', '')}${String(order * 2 + (male ? 1 : 0)).padStart(3, '0')}`;
    return seventeen + checkDigit(seventeen);
  }
}

/**
 * The members of one branch: [{name, sex, identity, ethnicity, birth, education, category, phone, joined, converted, post}].
 * Dates are YYYY-MM-DD; post is a code of the post list or ''. `serial` numbers the telephones over the whole demo.
 */
export function branchMembers(random, numbers, size, today, serial) {
  const members = [];
  for (let i = 0; i < size; i += 1) {
    const age = random.weighted([[random.integer(22, 35), 24], [random.integer(36, 60), 47], [random.integer(61, 88), 29]]);
    const male = random.chance(0.7);
    const birth = isoDay(today.getUTCFullYear() - age, random.integer(1, 12), random.integer(1, 28));
    const joinedAge = Math.min(age - 2, random.integer(19, 40));
    const probationary = i > 8 && random.chance(0.02);
    const joined = probationary
      ? isoDay(today.getUTCFullYear(), random.integer(1, 6), random.integer(1, 28))
      : isoDay(today.getUTCFullYear() - age + joinedAge, random.integer(1, 12), random.integer(1, 28));
    members.push({
      name: random.pick(SURNAMES) + random.pick(GIVEN) + (random.chance(0.8) ? random.pick(GIVEN) : ''),
      sex: male ? '1' : '2',
      identity: numbers.issue(birth, male),
      ethnicity: random.weighted(ETHNICITY),
      birth,
      education: random.weighted(age < 36 ? EDUCATION.young : age < 61 ? EDUCATION.middle : EDUCATION.old),
      category: probationary ? '2' : '1',
      phone: `1990${String(1000000 + ((serial + i) % 9000000)).padStart(7, '0')}`,
      joined,
      converted: probationary ? '' : isoDay(Number(joined.slice(0, 4)) + 1, Number(joined.slice(5, 7)), Number(joined.slice(8))),
      post: post(i, size),
      age,
    });
  }
  return members;
}

// Committees stand where there are seven full members or more; below that there is a secretary alone.
function post(i, size) {
  if (i === 0) return '01';
  return size >= 9 && i < 4 ? ['03', '04', '05'][i - 1] : '';
}

function isoDay(year, month, day) {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
